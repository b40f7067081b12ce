#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery { . $PSScriptRoot/Setting/All.ps1 }

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage wait-container
}

AfterAll { Exit-Storage }

Describe 'Wait-Container' -Tag Root -Skip:(-not $isRoot) {
    AfterEach { Get-Container | Remove-Container -Force }

    It 'waits for the end, and tells how it came' {
        $made = New-Container os1 -Command sh -ArgumentList '-c', 'sleep 0.5; exit 7'
        $exit = Wait-Container os1
        $exit | Should -BeOfType PSContainer.Engine.Containers.Life.ContainerExit
        $exit.Name, $exit.Id, $exit.ExitCode, $exit.OomKilled | Should -Be os1, $made.Id, 7, $false
        ($exit.Finished - $made.Created).TotalSeconds | Should -BeGreaterThan 0.5
    }

    It 'returns when all is cleared' {
        $made = New-Container os1 -Command true
        $null = Wait-Container os1
        Get-Trace $made.Id | Should -BeNullOrEmpty
    }

    It 'tells of <Script>: <Code>' -ForEach @(
        @{ Script = 'exit 0'; Code = 0 }
        @{ Script = 'exit 255'; Code = 255 }
        @{ Script = 'kill -9 $$'; Code = 0 }    # PID 1 is immune to its own namespace's signals
        @{ Script = 'exec sh -c "ulimit -c 0; exec sh -c \"exit 3\""'; Code = 3 }
    ) {
        $null = New-Container os1 -Command sh -ArgumentList '-c', $Script
        (Wait-Container os1).ExitCode | Should -Be $Code
    }

    It 'tells of a signal as 128 and its number' {
        $made = New-Container os1 -Command sleep -ArgumentList 300
        sh -c "kill -KILL $($made.Pid)"
        (Wait-Container os1).ExitCode | Should -Be 137
    }

    It 'tells at once, and again, of what has ended' {
        $null = New-Container os1 -Command sh -ArgumentList '-c', 'exit 7'
        (Wait-Container os1).ExitCode | Should -Be 7
        (Wait-Container os1 -Timeout 0).ExitCode | Should -Be 7
    }

    It 'waits for several, by wildcard and by the pipeline' {
        $null = New-Container a1 -Command sh -ArgumentList '-c', 'exit 1'
        $null = New-Container a2 -Command sh -ArgumentList '-c', 'sleep 0.2; exit 2'
        (Wait-Container a*).ExitCode | Should -Be 1, 2
        (Get-Container | Wait-Container).ExitCode | Should -Be 1, 2
    }

    It 'gives up after -Timeout' {
        $null = New-Container os1
        $clock = [Diagnostics.Stopwatch]::StartNew()
        Assert-Failure { Wait-Container os1 -Timeout 0.3 } ContainerStillRunning OperationTimeout
        $clock.Elapsed.TotalSeconds | Should -BeLessThan 3
        "$((Get-Container os1).Status)" | Should -Be Running
    }

    It 'says so for what was never started' {
        $null = New-Container os1 -NoStart
        Assert-Failure { Wait-Container os1 } ContainerNotStarted InvalidOperation
    }

    It 'says so where there is none' {
        Assert-Failure { Wait-Container nope } ContainerNotFound ObjectNotFound
    }

    It 'has no exit code where the supervisor was killed' {
        $made = New-Container os1
        $pipeline = Start-Pipeline 'Wait-Container os1'
        Start-Sleep 0.5
        sh -c "kill -9 $(Get-SupervisorId $made)"
        Wait-Until { $pipeline.Run.IsCompleted } | Should -BeTrue
        $pipeline.Output | Should -HaveCount 1
        $pipeline.Output[0].ExitCode | Should -BeNullOrEmpty
        $null = Stop-Pipeline $pipeline
    }

    It 'lets go at Ctrl+C, and leaves the container running' {
        $null = New-Container os1
        $pipeline = Start-Pipeline 'Wait-Container os1'
        Start-Sleep 0.5
        Stop-Pipeline $pipeline | Should -BeLessThan 1500
        "$((Get-Container os1).Status)" | Should -Be Running
    }

    It 'is told in several sessions at once' {
        $null = New-Container os1 -AutoRemove -Command sh -ArgumentList '-c', 'sleep 1.5; exit 6'
        1..3 | ForEach-Object -Parallel { Import-Module $using:module; (Wait-Container os1).ExitCode } | Should -Be 6, 6, 6
    }
}
