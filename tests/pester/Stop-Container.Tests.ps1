#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery { . $PSScriptRoot/Setting/All.ps1 }

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage stop-container
    # Says when it is ready, so that a signal does not come before the trap.
    function New-Trapping([string] $Name, [string] $Trap) {
        $container = New-Container $Name -Command sh -ArgumentList '-c', "$Trap; echo ready; while :; do sleep 0.05; done"
        Wait-Until { Get-ContainerLog $container } | Should -BeTrue
        $container
    }
}

AfterAll { Exit-Storage }

Describe 'Stop-Container' -Tag Root -Skip:(-not $isRoot) {
    AfterEach { Get-Container | Remove-Container -Force }

    It 'asks with TERM, and says nothing' {
        $container = New-Trapping os1 "trap 'echo bye; exit 9' TERM"
        Stop-Container os1 | Should -BeNullOrEmpty
        $after = Get-Container os1
        "$($after.Status)" | Should -Be Stopped
        $after.ExitCode | Should -Be 9
        $after.Pid | Should -BeNullOrEmpty
        (Get-ContainerLog os1).Text | Should -Be ready, bye
        Get-Trace $container.Id | Should -BeNullOrEmpty
    }

    It 'asks with another -Signal: <_>' -ForEach 'USR1', 'SIGUSR1', 'usr1', '10' {
        $null = New-Trapping os1 "trap 'exit 7' USR1"
        (Stop-Container os1 -Signal $_ -PassThru).ExitCode | Should -Be 7
    }

    It 'kills after -Timeout' {
        $null = New-Trapping os1 "trap '' TERM"
        $clock = [Diagnostics.Stopwatch]::StartNew()
        (Stop-Container os1 -Timeout 0.5 -PassThru).ExitCode | Should -Be 137
        $clock.Elapsed.TotalSeconds | Should -BeGreaterThan 0.45
        $clock.Elapsed.TotalSeconds | Should -BeLessThan 5
    }

    It 'kills at once with -Timeout 0' {
        $null = New-Trapping os1 "trap 'exit 0' TERM"
        (Stop-Container os1 -Timeout 0 -PassThru).ExitCode | Should -Be 137
    }

    It 'takes everything in the container along' {
        $null = New-Container os1
        Invoke-ContainerCommand os1 sh -ArgumentList '-c', "setsid sleep 4242.$PID >/dev/null 2>&1 </dev/null &"
        $sleeping = { Get-Process sleep -ErrorAction Ignore | Where-Object CommandLine -match "4242.$PID" }
        # The shell that was entered has ended; what it left in the background may not have become sleep yet.
        Wait-Until { & $sleeping } | Should -BeTrue
        Stop-Container os1
        Wait-Until { -not (& $sleeping) } | Should -BeTrue
    }

    It 'stops several by wildcard, and by the pipeline' {
        $null = 'a1', 'a2', 'b1' | New-Container
        (Stop-Container a* -PassThru).Name | Should -Be a1, a2
        Get-Container b1 | Stop-Container
        Get-Container -Status Running | Should -BeNullOrEmpty
    }

    It 'does nothing with -WhatIf' {
        $container = New-Container os1
        Invoke-Unseen 'Stop-Container * -WhatIf -PassThru' | Should -BeNullOrEmpty
        (Get-Container os1).Pid | Should -Be $container.Pid
    }

    It 'is content with what has stopped, or never ran' {
        $null = New-Container os1 -Command true
        $null = Wait-Container os1
        $null = New-Container os2 -NoStart
        Get-Failure { Stop-Container os1, os2 } | Should -BeNullOrEmpty
        (Get-Container os1).ExitCode | Should -Be 0
        "$((Get-Container os2).Status)" | Should -Be Created
    }

    It 'returns an -AutoRemove container that is gone by then' {
        $null = New-Container os1 -AutoRemove
        (Stop-Container os1 -PassThru).Name | Should -Be os1
        Get-Container | Should -BeNullOrEmpty
    }

    It 'says so for a signal that there is not: <_>' -ForEach 'BANANA', '0', '65', '-9', ' ' {
        $null = New-Container os1
        $signal = $_
        Assert-Failure { Stop-Container os1 -Signal $signal } SignalUnknown InvalidArgument
        "$((Get-Container os1).Status)" | Should -Be Running
    }

    It 'refuses -Timeout <_>' -ForEach -1, 'banana' {
        $timeout = $_
        (Get-Failure { Stop-Container os1 -Timeout $timeout }).FullyQualifiedErrorId | Should -Match '^(ParameterArgument|CannotConvertArgument)'
    }

    It 'says so where there is none' {
        Assert-Failure { Stop-Container nope } ContainerNotFound ObjectNotFound
    }

    It 'lets go at Ctrl+C, and leaves the container to its fate' {
        $null = New-Trapping os1 "trap '' TERM"
        $pipeline = Start-Pipeline 'Stop-Container os1 -Timeout 60'
        Start-Sleep 1
        Stop-Pipeline $pipeline | Should -BeLessThan 2000
        "$((Get-Container os1).Status)" | Should -Be Running
    }
}
