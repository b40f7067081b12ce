#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery { . $PSScriptRoot/Setting/All.ps1 }

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage repair-container-storage
    # Only what belongs to this storage: others on this machine may have left something, too.
    function Get-Own { $input | Where-Object { "$($_.Target)" -match "$([regex]::Escape($folder))|$($ids -join '|')" } }
    # What is younger may still be in the making; nobody wants to wait for that here.
    function Set-Aged {
        $paths = @(Get-ChildItem -Recurse -Force $env:PSCONTAINER_ROOT) + @($ids | ForEach-Object { Get-Cgroup $_ } | Get-Item)
        foreach ($path in $paths) { touch -h -d '1 minute ago' $path.FullName }
    }
}

AfterAll { Exit-Storage }

Describe 'Repair-ContainerStorage' {
    AfterEach { Get-Container | Remove-Container -Force }

    It 'finds nothing where nothing is wrong, and leaves what there is' {
        $ids = @((New-Container os1 -NoStart).Id)
        Set-Aged
        Repair-ContainerStorage | Get-Own | Should -BeNullOrEmpty
        (Get-Container).Name | Should -Be os1
    }

    It 'removes a record that is <Kind>, and frees its name' -ForEach @(
        @{ Kind = 'no JSON'; Break = { Set-Content "$_/container.json" '{"id": "tr' } }
        @{ Kind = 'empty'; Break = { Set-Content "$_/container.json" $null } }
        @{ Kind = 'missing'; Break = { Remove-Item "$_/container.json" } }
    ) {
        $ids = @((New-Container os1 -NoStart).Id)
        "$env:PSCONTAINER_ROOT/containers/$ids" | ForEach-Object $Break
        Set-Aged
        $cleared = Repair-ContainerStorage | Get-Own
        $cleared | Should -BeOfType PSContainer.Engine.Repair.Residue
        "$($cleared.Kind)" | Should -Be Record
        $cleared.Why | Should -Not -BeNullOrEmpty
        Get-Container | Should -BeNullOrEmpty
        (New-Container os1 -NoStart).Name | Should -Be os1
    }

    It 'frees a name that no container has' {
        $ids = 'lost'
        $null = New-Container os1 -NoStart
        Set-Content -LiteralPath "$env:PSCONTAINER_ROOT/names/lost" ('0' * 32)
        Assert-Failure { New-Container lost -NoStart } ContainerNameTaken ResourceExists
        Set-Aged
        (Repair-ContainerStorage).Target | Should -Contain lost
        (New-Container lost -NoStart).Name | Should -Be lost
    }

    It 'leaves what is younger than ten seconds, for it may be in the making' {
        $ids = @((New-Container os1 -NoStart).Id)
        Remove-Item "$env:PSCONTAINER_ROOT/containers/$ids/container.json"
        Repair-ContainerStorage | Get-Own | Should -BeNullOrEmpty
        Set-Aged
        Repair-ContainerStorage | Get-Own | Should -HaveCount 1
    }

    It 'does nothing with -WhatIf' {
        $ids = @((New-Container os1 -NoStart).Id)
        Remove-Item "$env:PSCONTAINER_ROOT/containers/$ids/container.json"
        Set-Aged
        Invoke-Unseen 'Repair-ContainerStorage -WhatIf' | Should -BeNullOrEmpty
        Repair-ContainerStorage | Get-Own | Should -HaveCount 1
    }
}

Describe 'Repair-ContainerStorage after a kill' -Tag Root -Skip:(-not $isRoot) {
    AfterEach { Get-Container | Remove-Container -Force }

    It 'clears what a killed supervisor has left' {
        $made = New-Container os1 -Memory 40MB
        $ids = @($made.Id)
        sh -c "kill -9 $(Get-SupervisorId $made)"
        Wait-Until { -not (Get-Process -Id $made.Pid -ErrorAction Ignore) } | Should -BeTrue -Because 'the container dies with its supervisor'
        "$((Get-Container os1).Status)" | Should -Be Stopped
        (Get-Container os1).ExitCode | Should -BeNullOrEmpty
        Get-Trace $made.Id | Should -Not -BeNullOrEmpty
        "$((Repair-ContainerStorage | Get-Own).Kind)" | Should -Be DeadContainer
        Get-Trace $made.Id | Should -BeNullOrEmpty
        Start-Container os1 -PassThru | ForEach-Object { "$($_.Status)" } | Should -Be Running
    }

    It 'is not needed to start it again' {
        $made = New-Container os1
        sh -c "kill -9 $(Get-SupervisorId $made)"
        Wait-Until { "$((Get-Container os1).Status)" -eq 'Stopped' } | Should -BeTrue
        (Start-Container os1 -PassThru).Pid | Should -Not -BeNullOrEmpty
    }

    It 'clears what a killed supervisor of a busy container has left' {
        $made = New-Container os1 -Command sh -ArgumentList '-c', 'for i in 1 2 3 4 5; do sleep 300 & done; while :; do echo x; done'
        $ids = @($made.Id)
        sh -c "kill -9 $(Get-SupervisorId $made)"
        Wait-Until { -not (Get-Process -Id $made.Pid -ErrorAction Ignore) } | Should -BeTrue
        $null = Repair-ContainerStorage
        Get-Trace $made.Id | Should -BeNullOrEmpty
    }

    It 'clears what a corrupt state.json of a dead container hides' {
        $made = New-Container os1
        $ids = @($made.Id)
        sh -c "kill -9 $(Get-SupervisorId $made)"
        Wait-Until { -not (Get-Process -Id $made.Pid -ErrorAction Ignore) } | Should -BeTrue
        Set-Content "$env:PSCONTAINER_ROOT/run/$($made.Id)/state.json" '{"pid": '
        Assert-Failure { Get-Container os1 } StateCorrupt InvalidData
        Repair-ContainerStorage | Get-Own | Should -HaveCount 1
        "$((Get-Container os1).Status)" | Should -Be Stopped
        Get-Trace $made.Id | Should -BeNullOrEmpty
    }

    It 'leaves what runs alone' {
        $made = New-Container os1
        $ids = @($made.Id)
        Set-Aged
        Repair-ContainerStorage | Get-Own | Should -BeNullOrEmpty
        (Get-Container os1).Pid | Should -Be $made.Pid
        Read-Inside os1 'echo hi' | Should -Be hi
    }

    It 'clears an empty cgroup that no container has' {
        $id = 'feed' * 8
        $ids = @($id)
        $parent = (Test-Path /sys/fs/cgroup/pids) ? '/sys/fs/cgroup/pids' : '/sys/fs/cgroup'
        $null = New-Item -ItemType Directory "$parent/pscontainer-$id"
        touch -d '1 minute ago' "$parent/pscontainer-$id"
        "$((Repair-ContainerStorage | Get-Own).Kind)" | Should -Be Cgroup
        Test-Path "$parent/pscontainer-$id" | Should -BeFalse
    }

    It 'clears what pwsh killed during New-Container has left, at any time' {
        # One session a moment of death; all started before the first is killed.
        $sessions = 0, 2, 5, 10, 20, 40, 80 | ForEach-Object { [pscustomobject]@{ After = $_; Process = Start-Session "New-Container k$_ -Memory 40MB; Start-Sleep 60" } }
        foreach ($session in $sessions) { $session.Process.StandardOutput.ReadLine() | Should -Be ready }
        foreach ($session in $sessions) {
            $session.Process.StandardInput.WriteLine()
            Start-Sleep -Milliseconds $session.After
            sh -c "kill -9 $($session.Process.Id)"
            $session.Process.WaitForExit()
        }
        # Whole, or not there at all, once those supervisors that have begun are done.
        $null = Wait-Until { -not (Get-Container | Where-Object Status -ne Running) } 2
        foreach ($container in Get-Container) {
            $container.Name | Should -BeIn ($sessions | ForEach-Object { "k$($_.After)" })
            if ("$($container.Status)" -eq 'Running') { Read-Inside $container 'echo hi' | Should -Be hi }
        }
        Get-Container | Remove-Container -Force
        $ids = @('k\d+')
        Set-Aged
        $null = Repair-ContainerStorage
        (Get-ChildItem -Recurse $env:PSCONTAINER_ROOT | Where-Object Name -notin 'containers', 'names', 'run', 'networks', 'bridge.json' | Where-Object Extension -ne .filter).FullName | Should -BeNullOrEmpty
    }
}
