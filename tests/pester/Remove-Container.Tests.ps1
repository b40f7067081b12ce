#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery { . $PSScriptRoot/Setting/All.ps1 }

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage remove-container
    function Get-Left { (Get-ChildItem -Recurse -Force $env:PSCONTAINER_ROOT | Where-Object Name -notin 'containers', 'names', 'run', 'networks', 'bridge.json', '.lock' | Where-Object Extension -ne .filter).FullName }
}

AfterAll { Exit-Storage }

Describe 'Remove-Container' {
    AfterEach { Get-Container | Remove-Container -Force }

    It 'leaves nothing, and says nothing' {
        $null = New-Container os1 -NoStart
        Remove-Container os1 | Should -BeNullOrEmpty
        Get-Container | Should -BeNullOrEmpty
        Get-Left | Should -BeNullOrEmpty
    }

    It 'gives the name back' {
        $first = New-Container os1 -NoStart
        Remove-Container os1
        (New-Container os1 -NoStart).Id | Should -Not -Be $first.Id
    }

    It 'removes by wildcard, id, and the pipeline, and no others' {
        $a, $b, $c, $d, $e = 'a1', 'a2', 'b1', 'c1', 'd1' | New-Container -NoStart
        Remove-Container a*
        (Get-Container).Name | Should -Be b1, c1, d1
        Remove-Container $c.ShortId
        $d | Remove-Container
        (Get-Container).Name | Should -Be d1
    }

    It 'removes nothing with Remove-Container * -WhatIf' {
        $null = 'a1', 'a2' | New-Container -NoStart
        Invoke-Unseen 'Remove-Container * -WhatIf' | Should -BeNullOrEmpty
        (Get-Container).Name | Should -Be a1, a2
    }

    It 'takes no name for a wildcard or a path that is none: <_>' -ForEach '..', '../containers', '.', '$(*)', '/' {
        $null = New-Container a1 -NoStart
        $name = $_
        Get-Failure { Remove-Container $name -Force } | ForEach-Object FullyQualifiedErrorId | Should -Match '^(ContainerNotFound,)?'
        (Get-Container).Name | Should -Be a1
        Test-Path "$env:PSCONTAINER_ROOT/containers" | Should -BeTrue
    }

    It 'says so where there is none, and removes the rest' {
        $null = New-Container a1 -NoStart
        Assert-Failure { Remove-Container nope } ContainerNotFound ObjectNotFound
        Remove-Container nope, a1 -ErrorAction SilentlyContinue
        Get-Container | Should -BeNullOrEmpty
    }

    It 'follows no link out of the storage' {
        $made = New-Container a1 -NoStart
        $outside = New-Item -ItemType Directory "$folder/outside"
        Set-Content "$outside/keep" x
        $null = New-Item -ItemType SymbolicLink -Path "$env:PSCONTAINER_ROOT/containers/$($made.Id)/link" -Value $outside
        Remove-Container a1
        Get-Content "$outside/keep" | Should -Be x
    }
}

Describe 'Remove-Container on what runs' -Tag Root -Skip:(-not $isRoot) {
    AfterEach { Get-Container | Remove-Container -Force }

    It 'refuses without -Force' {
        $made = New-Container os1
        Assert-Failure { Remove-Container os1 } ContainerRunning InvalidOperation
        (Get-Container os1).Pid | Should -Be $made.Pid
    }

    It 'kills it with -Force, and leaves nothing' {
        $made = New-Container os1 -Command sh -ArgumentList '-c', "trap '' TERM; while :; do sleep 0.1; done"
        $clock = [Diagnostics.Stopwatch]::StartNew()
        Remove-Container os1 -Force
        $clock.Elapsed.TotalSeconds | Should -BeLessThan 3
        Get-Trace $made.Id | Should -BeNullOrEmpty
        Get-Left | Should -BeNullOrEmpty
        Get-Process -Id $made.Pid -ErrorAction Ignore | Should -BeNullOrEmpty
    }

    It 'removes what has ended, and its log' {
        $made = New-Container os1 -Command echo -ArgumentList hello
        $null = Wait-Container os1
        Remove-Container os1
        Get-Left | Should -BeNullOrEmpty
    }

    It 'removes with -Force what nobody supervises any more' {
        $made = New-Container os1
        sh -c "kill -9 $(Get-SupervisorId $made)"
        Wait-Until { -not (Get-Process -Id $made.Pid -ErrorAction Ignore) } | Should -BeTrue
        Remove-Container os1 -Force
        Get-Trace $made.Id | Should -BeNullOrEmpty
        Get-Left | Should -BeNullOrEmpty
    }

    It 'leaves one removal when several sessions ask at once' {
        $null = 'a1', 'a2', 'a3' | New-Container
        $failures = 1..4 | ForEach-Object -ThrottleLimit 4 -Parallel {
            Import-Module $using:module
            Remove-Container a1, a2, a3 -Force -ErrorAction SilentlyContinue -ErrorVariable failures
            $failures | ForEach-Object { ($_.FullyQualifiedErrorId -split ',')[0] }
        }
        $failures | Where-Object { $_ -ne 'ContainerNotFound' } | Should -BeNullOrEmpty
        Get-Container | Should -BeNullOrEmpty
        Get-Left | Should -BeNullOrEmpty
    }
}
