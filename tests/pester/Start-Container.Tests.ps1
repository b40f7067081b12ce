#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery { . $PSScriptRoot/Setting/All.ps1 }

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage start-container
}

AfterAll { Exit-Storage }

Describe 'Start-Container' -Tag Root -Skip:(-not $isRoot) {
    AfterEach { Get-Container | Remove-Container -Force }

    It 'starts what was only made, and says nothing' {
        $null = New-Container os1 -NoStart
        Start-Container os1 | Should -BeNullOrEmpty
        "$((Get-Container os1).Status)" | Should -Be Running
    }

    It 'returns it with -PassThru' {
        $made = New-Container os1 -NoStart
        $started = Start-Container os1 -PassThru
        $started.Id | Should -Be $made.Id
        Get-Process -Id $started.Pid | Should -Not -BeNullOrEmpty
    }

    It 'starts again what has ended, with all that it was made with' {
        $made = New-Container os1 -Memory 40MB -Hostname again -Environment @{ A = 1 }
        Stop-Container os1
        $started = Start-Container os1 -PassThru
        $started.Id | Should -Be $made.Id
        $started.Pid | Should -Not -Be $made.Pid
        $started.Limit.Memory | Should -Be 40MB
        Read-Inside os1 'cat /proc/sys/kernel/hostname; echo $A' | Should -Be "again`n1"
        $started.ExitCode | Should -BeNullOrEmpty
    }

    It 'starts several by wildcard, and by the pipeline' {
        $null = 'a1', 'a2', 'b1' | New-Container -NoStart
        (Start-Container a* -PassThru).Name | Should -Be a1, a2
        (Get-Container b1 | Start-Container -PassThru).Name | Should -Be b1
        Get-Container -Status Running | Should -HaveCount 3
    }

    It 'does nothing with -WhatIf' {
        $made = New-Container os1 -NoStart
        Invoke-Unseen 'Start-Container os1 -WhatIf -PassThru' | Should -BeNullOrEmpty
        "$((Get-Container os1).Status)" | Should -Be Created
        Get-Trace $made.Id | Should -BeNullOrEmpty
    }

    It 'says so where it runs already, and starts the rest' {
        $null = New-Container os1
        $null = New-Container os2 -NoStart
        Assert-Failure { Start-Container os1 } ContainerRunning InvalidOperation
        Start-Container os1, os2 -ErrorAction SilentlyContinue
        "$((Get-Container os2).Status)" | Should -Be Running
    }

    It 'says so where there is none' {
        Assert-Failure { Start-Container nope } ContainerNotFound ObjectNotFound
        Get-Failure { Start-Container nope* } | Should -BeNullOrEmpty
    }

    It 'keeps a container whose start fails, and leaves nothing of the start' {
        $made = New-Container os1 -NoStart -Command /no/such
        Assert-Failure { Start-Container os1 } CommandNotFound ObjectNotFound
        (Get-Container).Name | Should -Be os1
        Get-Trace $made.Id | Should -BeNullOrEmpty
    }

    It 'says so for a corrupt config.json' {
        $made = New-Container os1 -NoStart
        Set-Content "$env:PSCONTAINER_ROOT/containers/$($made.Id)/config.json" '{"ociVersion": '
        Assert-Failure { Start-Container os1 } ConfigInvalid InvalidArgument
        Get-Trace $made.Id | Should -BeNullOrEmpty
    }

    It 'is done once when two sessions ask at once' {
        $null = New-Container os1 -NoStart
        $tries = 1..6 | ForEach-Object -ThrottleLimit 6 -Parallel {
            Import-Module $using:module
            Start-Container os1 -PassThru -ErrorAction SilentlyContinue -ErrorVariable failures
            $failures | ForEach-Object { ($_.FullyQualifiedErrorId -split ',')[0] }
        }
        @($tries | Where-Object { $_ -isnot [string] }).Count | Should -Be 1
        $tries | Where-Object { $_ -is [string] } | Should -Be (, 'ContainerRunning' * 5)
    }
}
