#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery {
    . $PSScriptRoot/Setting/All.ps1
    # Read as wildcards, or literally, but never run and never a path.
    $odd = '$(id)', '`', '../os1', '../../etc/passwd', '.', '..', '/', 'os1/', '-', ' ', 'a[', '[', 'os1[', "os1`n", "a`e[31mb", "a$([char]0x202E)b" |
        ForEach-Object { @{ Shown = $_ -replace '[\p{Cc}\p{Cf}]', '?'; Name = $_ } }
}

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1

    # The table that Get-Container's objects come in on a terminal of that width: the lane itself has none.
    function Get-Table([object[]] $Containers, [int] $Width) {
        $name = [PSContainer.Cmdlets.Formats.ContainerTable]::NameFor([PSContainer.Engine.Containers.Container[]] $Containers, $Width)
        $Containers | ForEach-Object { $_.pstypenames.Clear(); $_.pstypenames.Add('PSContainer.Engine.Containers.Container') }
        $Containers | ForEach-Object { [PSContainer.Cmdlets.Formats.ContainerTable]::Named($_, $name) } | Out-String -Width $Width
    }
    Enter-Storage get-container
    $os1 = New-Container os1 -NoStart -Command true
    $os2 = New-Container os2 -NoStart -Label @{ tier = 'web' }
    $web = New-Container web.1 -NoStart
}

AfterAll { Exit-Storage }

Describe 'Get-Container' {
    It 'lists all, the oldest first' {
        (Get-Container).Name | Should -Be os1, os2, web.1
    }

    It 'lists nothing, without an error, where there is no storage yet' {
        $before = $env:PSCONTAINER_ROOT
        $env:PSCONTAINER_ROOT = "$folder/none"
        try {
            Get-Container -ErrorVariable failures | Should -BeNullOrEmpty
            $failures | Should -BeNullOrEmpty
            Test-Path "$folder/none" | Should -BeFalse
        }
        finally { $env:PSCONTAINER_ROOT = $before }
    }

    It 'finds by name, id, and the beginning of an id' {
        (Get-Container os1).Id | Should -Be $os1.Id
        (Get-Container $os1.Id).Name | Should -Be os1
        (Get-Container $os1.ShortId).Name | Should -Be os1
        (Get-Container -Id $os1.Id.Substring(0, 8)).Name | Should -Be os1
    }

    It 'finds by wildcard <Pattern>' -ForEach @(
        @{ Pattern = 'os*'; Names = 'os1', 'os2' }
        @{ Pattern = 'os?'; Names = 'os1', 'os2' }
        @{ Pattern = 'OS[13]'; Names = 'os1' }
        @{ Pattern = '*.1'; Names = 'web.1' }
        @{ Pattern = '*'; Names = 'os1', 'os2', 'web.1' }
        @{ Pattern = 'none*'; Names = @() }
    ) {
        Get-Failure { Get-Container $Pattern } | Should -BeNullOrEmpty
        @((Get-Container $Pattern).Name) | Where-Object { $_ } | Should -Be $Names
    }

    It 'finds by a wildcard in the id' {
        (Get-Container "$($os2.ShortId)*").Name | Should -Be os2
    }

    It 'takes several names, and names, ids and objects from the pipeline' {
        (Get-Container os1, os2).Name | Should -Be os1, os2
        ('os1', $os2.Id | Get-Container).Name | Should -Be os1, os2
        ($os1, $web | Get-Container).Name | Should -Be os1, web.1
        ([pscustomobject]@{ Name = 'os2' } | Get-Container).Name | Should -Be os2
        ([pscustomobject]@{ ContainerId = $os2.Id } | Get-Container).Name | Should -Be os2
        ([pscustomobject]@{ Id = $os2.Id } | Get-Container).Name | Should -Be os2
        ([pscustomobject]@{ ContainerName = 'os2' } | Get-Container).Name | Should -Be os2
        ($os2 | ConvertTo-Json -Depth 1 | ConvertFrom-Json | Get-Container).Name | Should -Be os2
    }

    It 'filters by -Status' {
        (Get-Container -Status Created).Name | Should -Be os1, os2, web.1
        Get-Container -Status Running, Stopped | Should -BeNullOrEmpty
        { Get-Container -Status banana } | Should -Throw -ErrorId 'CannotConvertArgumentNoMessage,*'
    }

    It 'gives typed properties' {
        $os2.Created | Should -BeOfType DateTimeOffset
        "$os2" | Should -Be os2
        $os2.Labels['tier'] | Should -Be web
        $os2.Pid, $os2.ExitCode, $os2.Finished, $os2.Limit, $os2.Usage, $os2.CgroupPath | Should -Be (, $null * 6)
        $os2.OomKilled | Should -BeFalse
    }

    It 'shows a table of Name, Id, Status, Pid, Image, Command, Created' {
        $lines = Get-Table (Get-Container) 160 | ForEach-Object { $_ -split "`n" -match '\S' -replace '\e\[[\d;]*m' }
        -split $lines[0] | Should -Be Name, Id, Status, Pid, IPAddress, Image, Command, Created
        $lines[2] | Should -Match "^os1 +$($os1.ShortId) +Created +\(host\) +true +"
        $lines[3] | Should -Match '\(idle\)'
    }

    It 'shows no half columns on a terminal of 80' {
        $lines = (Get-Table (Get-Container) 80) -split "`n" -match '\S' -replace '\e\[[\d;]*m'
        -split $lines[0] | Should -Be Name, Id, Status, Pid, IPAddress, Image, Command
        $lines[1] | Should -Match '^----'
    }

    It 'shows ports where there are any, as docker ps does' {
        $null = New-Container shop -NoStart -Publish 8080:80, 127.0.0.1:5353:53/udp, '[::1]:9000-9002:90-92', :70
        try {
            $all = Get-Container
            $wide = Get-Table $all 160
            -split ($wide -split "`n" -match '\S')[0] | Should -Be Name, Id, Status, Pid, IPAddress, Ports, Image, Command, Created
            $wide | Should -Match ([regex]::Escape('0.0.0.0:(free)->70/tcp, 0.0.0.0:8080->80/tcp, [::1]:9000-9002->90-92/tcp +1'))
            $narrow = (Get-Table $all 80) -split "`n" -match '\S'
            -split $narrow[0] | Should -Be Name, Id, Status, Ports, Image, Command
            $narrow[1] | Should -Match '^----'
            $narrow -match '^shop .* 0\.0\.0\.0:\(free\)->70/tcp \+3 \(host\)' | Should -HaveCount 1
            $narrow -match '^os1 ' | Should -HaveCount 1
            # Where two commands write to one stream, the second goes on in the table of the first.
            $type = 'PSContainer.Engine.Containers.Container'
            foreach ($first in '', '#Narrow', '#Ports', '#NarrowPorts') {
                $mixed = foreach ($end in $first, '', '#Narrow', '#Ports', '#NarrowPorts') {
                    $one = Get-Container os1
                    $one.pstypenames.Clear()
                    "$type$end", $type | Select-Object -Unique | ForEach-Object { $one.pstypenames.Add($_) }
                    $one
                }
                ($mixed | Out-String -Width 160) -split "`n" -match '\S' | Should -HaveCount 7
            }
            # The objects say by themselves which table is theirs.
            $all[0].pstypenames | Should -Contain PSContainer.Engine.Containers.Container
            $all | Should -BeOfType PSContainer.Engine.Containers.Container
        }
        finally { Remove-Container shop }
    }

    It 'shows a command on one line, without what a terminal obeys' {
        $odd = New-Container odd -NoStart -Command sh -ArgumentList '-c', "a`nb`e[31m$([char]0x202E)"
        $text = Get-Container odd | Format-Table Name, Command | Out-String
        Get-Container odd | Out-String | ForEach-Object { $_ -replace '\e\[[\d;]*m' } | Should -Not -Match '[\e\u202E]'
        ($odd | Out-String).Trim() -split "`n" | Should -HaveCount 3
        Remove-Container odd
    }
}

Describe 'Get-Container on bad input' {
    It 'says so for <Shown>' -ForEach $odd {
        Assert-Failure { Get-Container $Name } ContainerNotFound ObjectNotFound
    }

    It 'says so for what is not there, and returns the rest' {
        $found = Get-Container os1, nope, os2 -ErrorVariable failures -ErrorAction SilentlyContinue
        $found.Name | Should -Be os1, os2
        $failures | Should -HaveCount 1
        $failures[0].TargetObject | Should -Be nope
    }

    It 'refuses an empty name' {
        { Get-Container '' } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
    }

    It 'says so for the beginning of several ids' {
        $made = 1..17 | ForEach-Object { New-Container -NoStart }
        $first = $made.Id.Substring(0, 1) | Group-Object | Where-Object Count -gt 1 | Select-Object -First 1
        Assert-Failure { Get-Container $first.Name } ContainerAmbiguous InvalidArgument
        $made | Remove-Container
    }

    It 'tells of a record that is <Kind>, and returns the rest' -ForEach @(
        @{ Kind = 'no JSON'; Text = '{"id": "tr' }
        @{ Kind = 'empty'; Text = '' }
        @{ Kind = 'of another shape'; Text = '[1, 2]' }
        @{ Kind = 'without an id'; Text = '{"name": "os1"}' }
        @{ Kind = 'of wrong types'; Text = '{"id": 4, "name": {}, "created": "banana"}' }
    ) {
        $file = "$env:PSCONTAINER_ROOT/containers/$($os1.Id)/container.json"
        $before = Get-Content -Raw $file
        try {
            [IO.File]::WriteAllText($file, $Text)
            (Get-Container -ErrorAction SilentlyContinue -ErrorVariable failures).Name | Should -Be os2, web.1
            $failures | Should -HaveCount 1
            Assert-Failure { Get-Container os1 } StateCorrupt InvalidData
        }
        finally { [IO.File]::WriteAllText($file, $before) }
        (Get-Container os1).Id | Should -Be $os1.Id
    }
}

Describe 'Get-Container on what runs' -Tag Root -Skip:(-not $isRoot) {
    AfterEach { Get-Container run* | Remove-Container -Force }

    It 'reads status, limit and usage from the kernel' {
        $made = New-Container run1 -Memory 40MB
        $now = Get-Container run1
        "$($now.Status)" | Should -Be Running
        $now.Pid | Should -Be $made.Pid
        $now.Limit.Memory | Should -Be 40MB
        $now.Usage.MemoryCurrent | Should -BeGreaterThan 0
        $now.Usage.PidsCurrent | Should -Be 1
        sh -c "kill -9 $($made.Pid)"
        Wait-Until { "$((Get-Container run1).Status)" -eq 'Stopped' } | Should -BeTrue
        $null = Wait-Container run1
        (Get-Container run1).ExitCode | Should -Be 137
    }

    It 'does not take another process with the same number for it' {
        $made = New-Container run1
        $state = "$env:PSCONTAINER_ROOT/run/$($made.Id)/state.json"
        $before = Get-Content -Raw $state
        try {
            # As if the machine had started anew and this session had got its number.
            Set-Content $state ($before -replace '"pid": *\d+', "`"pid`": $PID")
            "$((Get-Container run1).Status)" | Should -Be Stopped
        }
        finally { [IO.File]::WriteAllText($state, $before) }
    }

    It 'tells of a corrupt state.json, and returns the rest' {
        $made = New-Container run1
        $state = "$env:PSCONTAINER_ROOT/run/$($made.Id)/state.json"
        $before = Get-Content -Raw $state
        try {
            Set-Content $state '{"pid": '
            Assert-Failure { Get-Container run1 } StateCorrupt InvalidData
            (Get-Container -ErrorAction SilentlyContinue).Name | Should -Be os1, os2, web.1
        }
        finally { [IO.File]::WriteAllText($state, $before) }
    }

    It 'shows another session the same' {
        $made = New-Container run1
        $other = Start-Session "(Get-Container run1).Pid; Stop-Container run1"
        $other.StandardOutput.ReadLine() | Should -Be ready
        $other.StandardInput.WriteLine()
        $other.StandardOutput.ReadToEnd().Trim() | Should -Be $made.Pid
        $other.WaitForExit(10000) | Should -BeTrue
        "$((Get-Container run1).Status)" | Should -Be Stopped
    }
}
