#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery { . $PSScriptRoot/Setting/All.ps1 }

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage get-container-log
    function New-Printing([string] $Script) {
        $container = New-Container os1 -Command sh -ArgumentList '-c', $Script
        $null = Wait-Container $container
        $container
    }
}

AfterAll { Exit-Storage }

Describe 'Get-ContainerLog' -Tag Root -Skip:(-not $isRoot) {
    AfterEach { Get-Container | Remove-Container -Force }

    It 'gives lines with time, stream and container' {
        $made = New-Printing 'echo out; sleep 0.2; echo wrong >&2; sleep 0.2; echo last'
        $log = Get-ContainerLog os1
        $log | Should -BeOfType PSContainer.Engine.Logs.LogLine
        $log.Text | Should -Be out, wrong, last
        "$($log.Stream)" | Should -Be 'Output Error Output'
        $log.ContainerName | Select-Object -Unique | Should -Be os1
        $log[0].Time | Should -BeOfType DateTimeOffset
        ($log[2].Time - $log[0].Time).TotalSeconds | Should -BeGreaterThan 0.35
        $log[0].Time | Should -BeGreaterThan $made.Created
    }

    It 'keeps text as it was: <Shown>' -ForEach @(
        @{ Shown = 'empty lines'; Script = 'echo; echo a; echo'; Text = '', 'a', '' }
        @{ Shown = 'no end at the end'; Script = 'printf "a\nb"'; Text = 'a', 'b' }
        @{ Shown = 'UTF-8'; Script = 'echo ü✓𝄞'; Text = , 'ü✓𝄞' }
        @{ Shown = 'spaces'; Script = 'echo "  a  "'; Text = , '  a  ' }
        @{ Shown = 'what looks like an entry'; Script = 'echo "2026-01-01T00:00:00Z stdout F x"'; Text = , '2026-01-01T00:00:00Z stdout F x' }
    ) {
        $null = New-Printing $Script
        (Get-ContainerLog os1).Text | Should -BeExactly $Text
    }

    It 'keeps a line of 100,000 characters whole' {
        $null = New-Printing 'head -c 100000 /dev/zero | tr "\0" x; echo; echo end'
        $log = Get-ContainerLog os1
        $log | Should -HaveCount 2
        $log[0].Text | Should -Be ('x' * 100000)
    }

    It 'keeps 20,000 lines in order' {
        $null = New-Printing 'seq 20000'
        $text = (Get-ContainerLog os1).Text
        $text.Count | Should -Be 20000
        $text[0, 9999, -1] | Should -Be 1, 10000, 20000
    }

    It 'gives the last lines with -Tail <Tail>' -ForEach @(
        @{ Tail = 0; Text = @() }
        @{ Tail = 1; Text = , '5' }
        @{ Tail = 2; Text = '4', '5' }
        @{ Tail = 5; Text = '1', '2', '3', '4', '5' }
        @{ Tail = 99; Text = '1', '2', '3', '4', '5' }
    ) {
        $null = New-Printing 'seq 5'
        @((Get-ContainerLog os1 -Tail $Tail).Text | Where-Object { $_ }) | Should -Be $Text
    }

    It 'follows with -Wait until the container has ended' {
        $null = New-Container os1 -Command sh -ArgumentList '-c', 'echo a; sleep 1; echo b; sleep 0.2; echo c'
        $clock = [Diagnostics.Stopwatch]::StartNew()
        $seen = Get-ContainerLog os1 -Wait | ForEach-Object { [pscustomobject]@{ Text = $_.Text; At = $clock.Elapsed.TotalSeconds } }
        $seen.Text | Should -Be a, b, c
        $seen[1].At - $seen[0].At | Should -BeGreaterThan 0.6
    }

    It 'shows what has no end yet while the program waits, and not twice when it has one' {
        $null = New-Container os1 -Command sh -ArgumentList '-c', 'echo a; printf "Name? "; until test -e /tmp/go; do sleep 0.05; done; echo Bob; printf "> "; sleep 300'
        $follower = Start-Pipeline 'Get-ContainerLog os1 -Wait'
        Wait-Until { (Get-ContainerLog os1).Count -eq 2 } | Should -BeTrue
        $log = Get-ContainerLog os1
        $log.Text | Should -BeExactly a, 'Name? '
        $log.IsUnfinished | Should -Be $false, $true
        (Get-ContainerLog os1 -Tail 1).Text | Should -BeExactly 'Name? '
        Wait-Until { $follower.Output.Count -eq 2 } | Should -BeTrue
        $null = Invoke-ContainerCommand os1 touch /tmp/go
        Wait-Until { (Get-ContainerLog os1).Count -eq 3 } | Should -BeTrue
        (Get-ContainerLog os1).Text | Should -BeExactly a, 'Name? Bob', '> '
        (Get-ContainerLog os1 -Tail 2).Text | Should -BeExactly 'Name? Bob', '> '
        Wait-Until { $follower.Output.Count -eq 4 } | Should -BeTrue
        $follower.Output.ReadAll().Text | Should -BeExactly a, 'Name? ', Bob, '> '
        $null = Stop-Pipeline $follower
        Stop-Container os1 -Timeout 0
        (Get-ContainerLog os1).Text | Should -BeExactly a, 'Name? Bob', '> '
        (Get-ContainerLog os1).IsUnfinished | Should -Be $false, $false, $false
    }

    It 'keeps what a killed supervisor left unfinished apart from the next run' {
        $made = New-Container os1 -Command sh -ArgumentList '-c', 'printf "Name? "; sleep 300'
        Wait-Until { (Get-ContainerLog os1).Text -eq 'Name? ' } | Should -BeTrue
        Stop-Process -Force -Id (Get-SupervisorId $made)
        Wait-Until { "$((Get-Container os1).Status)" -ne 'Running' } | Should -BeTrue
        Start-Container os1
        Wait-Until { (Get-ContainerLog os1).Count -eq 2 } | Should -BeTrue
        (Get-ContainerLog os1).Text | Should -BeExactly 'Name? ', 'Name? '
    }

    It 'lets go of -Wait at Ctrl+C' {
        $null = New-Container os1 -Command sh -ArgumentList '-c', 'echo a; sleep 300'
        $pipeline = Start-Pipeline 'Get-ContainerLog os1 -Wait'
        Wait-Until { $pipeline.Output.Count } | Should -BeTrue
        Stop-Pipeline $pipeline | Should -BeLessThan 1500
        "$((Get-Container os1).Status)" | Should -Be Running
    }

    It 'takes several containers, by wildcard and by the pipeline' {
        $null = New-Container a1 -Command echo -ArgumentList one
        $null = New-Container a2 -Command echo -ArgumentList two
        $null = Wait-Container a*
        (Get-ContainerLog a*).Text | Should -Be one, two
        (Get-Container a2 | Get-ContainerLog).ContainerName | Should -Be a2
    }

    It 'has nothing of a container that never ran, and none of what others do in it' {
        $null = New-Container os1 -NoStart
        Get-ContainerLog os1 | Should -BeNullOrEmpty
        Get-ContainerLog os1 -Wait | Should -BeNullOrEmpty
        Start-Container os1
        Invoke-ContainerCommand os1 echo hi | Should -Be hi
        Get-ContainerLog os1 | Should -BeNullOrEmpty
    }

    It 'shows nothing that a terminal obeys, and keeps it in the object' {
        $null = New-Printing 'printf "a\033[31mb\n"'
        (Get-ContainerLog os1).Text | Should -BeExactly "a`e[31mb"
        $shown = (Get-ContainerLog os1 | Out-String) -replace '\e\[[\d;]*m(?=[\s-]|Time|Stream|Text|$)'
        $shown | Should -Not -Match 'a\e\[31mb'
    }

    It 'says so where there is none' {
        Assert-Failure { Get-ContainerLog nope } ContainerNotFound ObjectNotFound
        { Get-ContainerLog os1 -Tail -1 } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
    }

    It 'passes over what a power cut has torn' {
        $made = New-Printing 'echo a; echo b'
        $file = "$env:PSCONTAINER_ROOT/containers/$($made.Id)/log"
        [IO.File]::AppendAllText($file, "2026-11-22T07:0")
        (Get-ContainerLog os1).Text | Should -Be a, b
        [IO.File]::WriteAllText($file, "`0`0`0`nbanana`n`n")
        Get-ContainerLog os1 | Should -BeNullOrEmpty
    }
}
