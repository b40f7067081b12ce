#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

# Many at once: names, records and kernel objects have one owner each, whoever else comes at the same time.

BeforeDiscovery { . $PSScriptRoot/Setting/All.ps1 }

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage concurrency
}

AfterAll { Exit-Storage }

Describe '50 New-Container at once' -Tag Root -Skip:(-not $isRoot) {
    AfterAll { Get-Container | Remove-Container -Force }

    It 'all succeed, and none share a name, a process or a namespace' {
        $made = 1..50 | ForEach-Object -ThrottleLimit 10 -Parallel {
            Import-Module $using:module
            New-Container -Memory 20MB
        }
        $made | Should -HaveCount 50
        foreach ($property in 'Name', 'Id', 'Pid', 'CgroupPath') { ($made.$property | Sort-Object -Unique).Count | Should -Be 50 }
        ($made.Pid | ForEach-Object { Get-NamespaceLink $_ net } | Sort-Object -Unique).Count | Should -Be 50
        Get-Container -Status Running | Should -HaveCount 50
    }

    It 'all end at once, and nothing is left' {
        $ids = (Get-Container).Id
        Get-Container | ForEach-Object -ThrottleLimit 10 -Parallel {
            Import-Module $using:module
            $_ | Stop-Container
        }
        Get-Container -Status Running | Should -BeNullOrEmpty
        Get-Cgroup '*' | Where-Object { $_ -replace '.*pscontainer-' -in $ids } | Should -BeNullOrEmpty
    }
}

Describe 'One name at once' -Tag Root -Skip:(-not $isRoot) {
    AfterAll { Get-Container | Remove-Container -Force }

    It 'goes to one of twenty' {
        $tries = 1..20 | ForEach-Object -ThrottleLimit 10 -Parallel {
            Import-Module $using:module
            New-Container same -ErrorAction SilentlyContinue -ErrorVariable failures
            $failures | ForEach-Object { ($_.FullyQualifiedErrorId -split ',')[0] }
        }
        @($tries | Where-Object { $_ -isnot [string] }).Count | Should -Be 1
        $tries | Where-Object { $_ -is [string] } | Select-Object -Unique | Should -Be ContainerNameTaken
        Get-Container | Should -HaveCount 1
    }
}

Describe 'Two sessions on one container' -Tag Root -Skip:(-not $isRoot) {
    AfterEach { Get-Container | Remove-Container -Force }

    It 'run commands in it side by side' {
        $null = New-Container os1
        $answers = 1..8 | ForEach-Object -ThrottleLimit 8 -Parallel {
            Import-Module $using:module
            $number = $_
            (1..5 | ForEach-Object { Invoke-ContainerCommand os1 echo $number }) -join ''
        }
        $answers | Sort-Object | Should -Be (1..8 | ForEach-Object { "$_" * 5 })
    }

    It 'may start and stop it as they like' {
        $null = New-Container os1 -NoStart
        $failures = 1..8 | ForEach-Object -ThrottleLimit 8 -Parallel {
            Import-Module $using:module
            foreach ($round in 1..6) {
                Start-Container os1 -ErrorAction SilentlyContinue -ErrorVariable +failures
                Stop-Container os1 -Timeout 1 -ErrorAction SilentlyContinue -ErrorVariable +failures
            }
            $failures | ForEach-Object { ($_.FullyQualifiedErrorId -split ',')[0] }
        }
        # Who starts what runs, or is stopped in the midst of a start, is told so; nothing else may come of it.
        $failures | Where-Object { $_ -notin 'ContainerRunning', 'StartKilled' } | Sort-Object -Unique | Should -BeNullOrEmpty
        Stop-Container os1
        Get-Trace (Get-Container os1).Id | Should -BeNullOrEmpty
    }

    It 'may start it while it is removed' {
        $failures = foreach ($round in 1..5) {
            $null = New-Container os1 -NoStart
            $id = (Get-Container os1).Id
            1..6 | ForEach-Object -ThrottleLimit 6 -Parallel {
                Import-Module $using:module
                if ($_ % 2) { Start-Container os1 -ErrorAction SilentlyContinue -ErrorVariable failures }
                else { Remove-Container os1 -Force -ErrorAction SilentlyContinue -ErrorVariable failures }
                $failures | ForEach-Object { ($_.FullyQualifiedErrorId -split ',')[0] }
            }
            Remove-Container os1 -Force -ErrorAction Ignore
            Get-Trace $id | Should -BeNullOrEmpty
        }
        $failures | Where-Object { $_ -notin 'ContainerRunning', 'ContainerNotFound', 'StartKilled' } | Sort-Object -Unique | Should -BeNullOrEmpty
    }

    It 'see it when the session that made it is gone' {
        $session = Start-Session 'New-Container os1 | Out-Null; Stop-Process -Id $PID -Force'
        $null = $session.StandardOutput.ReadLine()
        $session.StandardInput.WriteLine()
        $session.WaitForExit(10000) | Should -BeTrue
        "$((Get-Container os1).Status)" | Should -Be Running
        Read-Inside os1 'echo hi' | Should -Be hi
    }
}
