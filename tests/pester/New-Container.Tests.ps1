#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery { . $PSScriptRoot/Setting/All.ps1 }

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage new-container
}

AfterAll { Exit-Storage }

Describe 'New-Container' -Tag Root -Skip:(-not $isRoot) {
    AfterEach { Get-Container | Remove-Container -Force }

    It 'returns a running container at once' {
        $container = New-Container os1 -Memory 40MB
        $container | Should -BeOfType PSContainer.Engine.Containers.Container
        $container.Name | Should -Be os1
        "$($container.Status)" | Should -Be Running
        $container.Id | Should -Match '^[0-9a-f]{32}$'
        $container.Image | Should -Be '(host)'
        Get-Process -Id $container.Pid | Should -Not -BeNullOrEmpty
        [DateTimeOffset]::Now - $container.Created | Should -BeLessThan ([timespan]'0:0:10')
    }

    It 'gives it its own <_> namespace' -ForEach pid, mnt, uts, ipc, net, cgroup {
        $container = New-Container
        Get-NamespaceLink $container.Pid $_ | Should -Not -Be (Get-NamespaceLink $PID $_)
    }

    It 'leaves it in the user namespace of this machine' {
        Get-NamespaceLink (New-Container).Pid user | Should -Be (Get-NamespaceLink $PID user)
    }

    It 'names the host after the short id' {
        $container = New-Container os1
        Read-Inside $container 'cat /proc/sys/kernel/hostname; echo $HOSTNAME' | Should -Be "$($container.ShortId)`n$($container.ShortId)"
    }

    It 'takes -Hostname' {
        Read-Inside (New-Container os1 -Hostname box.example) 'cat /proc/sys/kernel/hostname' | Should -Be box.example
        [Environment]::MachineName | Should -Not -Be box.example
    }

    It 'keeps it up with an idle init that reaps and ends on TERM' {
        $container = New-Container os1
        $container.Command | Should -Be '(idle)'
        Get-Content -Raw "/proc/$($container.Pid)/cmdline" | Should -Be "init`0"
        Read-Inside $container '(sleep 0.05 & ) ; sleep 0.3; grep -l "^State:.Z" /proc/[0-9]*/status' | Should -BeNullOrEmpty
        $clock = [Diagnostics.Stopwatch]::StartNew()
        (Stop-Container os1 -PassThru).ExitCode | Should -Be 0
        $clock.Elapsed.TotalSeconds | Should -BeLessThan 2
    }

    It 'makes the command PID 1' {
        $container = New-Container os1 -Command sleep -ArgumentList 300
        $container.Command | Should -Be 'sleep 300'
        Read-Inside $container 'tr "\0" " " </proc/1/cmdline' | Should -Be 'sleep 300 '
        (Get-Content -Raw "/proc/$($container.Pid)/cmdline") | Should -Be "sleep`0300`0"
    }

    It 'shows it no process of this machine' {
        Read-Inside (New-Container os1) 'ls -d /proc/[0-9]* | wc -l' | ForEach-Object { [int]$_ } | Should -BeLessThan 6
    }

    It 'lets it write to a layer that is thrown away' {
        $file = "/etc/pscontainer-test-$PID"
        $container = New-Container os1
        Read-Inside $container "echo inside >$file; cat $file" | Should -Be inside
        Test-Path $file | Should -BeFalse
        Stop-Container os1
        Start-Container os1
        Read-Inside os1 "cat $file" | Should -Match 'No such file'
    }

    It 'shows it the files of this machine, as they are' {
        Read-Inside (New-Container os1) 'cat /etc/passwd' | Should -Be ((Get-Content /etc/passwd) -join "`n")
    }

    It 'hands it no descriptor but the three' {
        Read-Inside (New-Container os1 -Command sleep -ArgumentList 300) 'ls /proc/1/fd' | Should -Be "0`n1`n2"
    }

    It 'makes up a name that is free' {
        $made = 1..3 | ForEach-Object { New-Container -NoStart }
        $made.Name | Select-Object -Unique | Should -HaveCount 3
        $made.Name | Should -Match '^[a-z]+-[a-z]+'
    }

    It 'takes names from the pipeline' {
        ('a1', 'a2' | New-Container -NoStart).Name | Should -Be a1, a2
        ("Name`nb1`nb2" | ConvertFrom-Csv | New-Container -NoStart).Name | Should -Be b1, b2
    }

    It 'goes on with the next name after an error' {
        $null = New-Container a1 -NoStart
        $made = 'a1', 'a2' | New-Container -NoStart -ErrorVariable failures -ErrorAction SilentlyContinue
        $made.Name | Should -Be a2
        $failures.FullyQualifiedErrorId | Should -Match '^ContainerNameTaken,'
    }

    It 'only makes it with -NoStart' {
        $container = New-Container os1 -NoStart -Command true
        "$($container.Status)" | Should -Be Created
        $container.Pid | Should -BeNullOrEmpty
        Get-Trace $container.Id | Should -BeNullOrEmpty
        Start-Container os1
        (Wait-Container os1).ExitCode | Should -Be 0
    }

    It 'removes it with -AutoRemove when it ends' {
        $container = New-Container os1 -AutoRemove -Command sh -ArgumentList '-c', 'sleep 0.3; exit 5'
        $container.AutoRemove | Should -BeTrue
        (Wait-Container os1).ExitCode | Should -Be 5
        Wait-Until { -not (Get-Container) } | Should -BeTrue
        Get-Trace $container.Id | Should -BeNullOrEmpty
    }

    It 'keeps labels' {
        (New-Container os1 -NoStart -Label @{ tier = 'web'; n = 3 }).Labels.tier | Should -Be web
        (New-Container os2 -NoStart -Label 'tier=db', 'empty=').Labels.tier | Should -Be db
        (Get-Container | Where-Object { $_.Labels['tier'] -eq 'web' }).Name | Should -Be os1
    }

    It 'frees everything when the container ends' {
        $container = New-Container os1
        $spaces = 'pid', 'mnt', 'uts', 'ipc', 'net', 'cgroup' | ForEach-Object { [uint64]((Get-NamespaceLink $container.Pid $_) -replace '\D') }
        (Get-Namespace).Id | Where-Object { $_ -in $spaces } | Should -HaveCount 6
        Get-Trace $container.Id | Should -Not -BeNullOrEmpty
        Stop-Container os1
        Wait-Until { -not ((Get-Namespace).Id | Where-Object { $_ -in $spaces }) } | Should -BeTrue
        Get-Trace $container.Id | Should -BeNullOrEmpty
        (Get-Container os1).CgroupPath | Should -BeNullOrEmpty
        Remove-Container os1
        (Get-ChildItem -Recurse $env:PSCONTAINER_ROOT -File | Where-Object { $_.Name -ne 'bridge.json' -and $_.Extension -ne '.filter' }).FullName | Should -BeNullOrEmpty
    }
}

Describe 'New-Container -WhatIf and -Verbose' {
    It 'prints each kernel call with its reason, and leaves nothing' {
        $plan = @(Invoke-Unseen 'New-Container os1 -Memory 40MB -Hostname planned -WhatIf' | Where-Object { $_ -match '^ *\d+ ' })
        $plan.Count | Should -BeGreaterThan 50
        $plan | Where-Object { $_ -notmatch '^ *\d+ (host|child) .+  # \S' } | Should -BeNullOrEmpty
        ($plan | ForEach-Object { [int](-split $_)[0] }) | Should -Be (1..$plan.Count)
        $clone = $plan -match 'clone3?\('
        foreach ($flag in 'NEWPID', 'NEWNS', 'NEWUTS', 'NEWIPC', 'NEWNET') { $clone | Should -Match "CLONE_$flag" }
        "$plan" | Should -Match 'pivot_root\('
        "$plan" | Should -Match '41943040'
        "$plan" | Should -Match 'sethostname\("planned"'
        $plan[-1] | Should -Match 'execve'
        Get-Container | Should -BeNullOrEmpty
        Test-Path $env:PSCONTAINER_ROOT/containers/* | Should -BeFalse
    }

    It 'plans the command, its user, and what it may not see' {
        $plan = "$(Invoke-Unseen 'New-Container -Command /bin/true -User 1000:1000 -Network Host -Volume /tmp:/data:ro -WhatIf')"
        $plan | Should -Match 'execve\w*\(.*/bin/true'
        $plan | Should -Match 'setresuid\(1000'
        $plan | Should -Not -Match 'CLONE_NEWNET'
        $plan | Should -Match '/proc/kcore'
        $plan | Should -Match '"?/data'
    }

    It 'tells of bad input as well' {
        Assert-Failure { New-Container '../x' -WhatIf } ContainerNameInvalid InvalidArgument
    }

    It 'prints the same with -Verbose, and does it' -Tag Root -Skip:((id -u) -ne 0) {
        $told = New-Container os1 -Verbose 4>&1
        "$($told | Where-Object { $_ -is [Management.Automation.VerboseRecord] })" | Should -Match 'pivot_root\('
        ($told | Where-Object { $_ -isnot [Management.Automation.VerboseRecord] }).Name | Should -Be os1
        Remove-Container os1 -Force
    }
}
