#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery {
    . $PSScriptRoot/Setting/All.ps1
    $hasV1Pids = (Get-Content /proc/self/mountinfo | Where-Object { $_ -match ' - cgroup .*\bpids\b' }).Count -gt 0
}

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage get-containerlimit
}

AfterAll { Exit-Storage }

Describe 'Get-ContainerLimit of containers' -Tag Root -Skip:(-not $isRoot) {
    BeforeAll {
        $one = New-Container one -Memory 40MB -Cpus 1.5 -PidsLimit 100
        $null = New-Container two -Memory 64MB -NoStart
    }
    AfterAll { Get-Container | Remove-Container -Force }

    It 'says what the kernel holds a running one to' {
        $report = Get-ContainerLimit one
        $report.IsInForce, $report.Memory, $report.Cpus, $report.PidsLimit, $report.ProcessId | Should -Be $true, 40MB, 1.5, 100, $one.Pid
        $report.Memory | Should -BeOfType long
    }

    It 'says what the next start will hold a resting one to' {
        $report = Get-ContainerLimit two
        $report.IsInForce, $report.Memory, $report.Cgroup, $report.ProcessId | Should -Be $false, 64MB, $null, $null
        $report.Cpus | Should -Be ([double]::PositiveInfinity)
    }

    It 'tells of all where none is named' { (Get-ContainerLimit).Name | Sort-Object | Should -Be one, two }

    It 'takes objects and wildcards' {
        (Get-Container | Get-ContainerLimit).Count | Should -Be 2
        (Get-ContainerLimit 't*').Name | Should -Be two
    }

    It 'names the group that holds each limit' {
        $memory = (Get-ContainerLimit one).Tightest | Where-Object Limit -eq Memory
        $memory.Value, $memory.IsInherited, $memory.Cgroup | Should -Be 40MB, $false, $one.CgroupPath
    }

    It 'calls each limit as the parameter that sets it, on the container, in the report and in messages' {
        $parameters = (Get-Command Set-ContainerLimit).Parameters.Keys
        $limits = $one.Limit.psobject.Properties.Name | Where-Object { $_ -notin 'CpusetMems', 'DeviceThrottles', 'IsEmpty', 'Controllers' }
        $limits | Should -HaveCount 9
        $limits | Where-Object { $_ -notin $parameters } | Should -BeNullOrEmpty
        $limits | Where-Object { $_ -notin (Get-ContainerLimit one).psobject.Properties.Name } | Should -BeNullOrEmpty
        (Get-ContainerLimit one).Tightest.Limit | Where-Object { $_ -notin $parameters } | Should -BeNullOrEmpty
        Get-Failure { Set-ContainerLimit one -Memory 1KB } | Should -Be '-Memory 1 KiB is too small: a container needs at least 6 MiB.'
        Get-Failure { New-Container tiny -Memory 1KB } | Should -Be '-Memory 1 KiB is too small: a container needs at least 6 MiB.'
        Get-Failure { New-Container tiny -CpusetCpus 8000 } | Should -Match '^-CpusetCpus "8000": '
    }

    It 'feeds Set-ContainerLimit' {
        Get-ContainerLimit | Where-Object Memory -lt 50MB | Set-ContainerLimit -Memory 50MB
        (Get-ContainerLimit one).Memory, (Get-ContainerLimit two).Memory | Should -Be 50MB, 64MB
    }

    It 'shows sizes in words' {
        Get-ContainerLimit one | Out-String | Should -Match 'MiB'
        Get-ContainerLimit one | Format-List | Out-String | Should -Match 'PidsLimit 100 in /'
    }
}

Describe 'Get-ContainerLimit of processes' {
    It 'takes a process, by number and by the pipeline' {
        (Get-ContainerLimit -ProcessId $PID).ProcessId | Should -Be $PID
        $report = Get-Process -Id $PID | Get-ContainerLimit
        $report.Name | Should -Be (Get-Content "/proc/$PID/comm")
        $report.IsInForce | Should -BeTrue
    }

    It 'sees the tighter group above' -Tag Root, V1 -Skip:(-not ($isRoot -and $hasV1Pids)) {
        $outer = "/sys/fs/cgroup/pids/pscontainer-test-$PID"
        $process = [Diagnostics.Process]::Start('sleep', '600')
        try {
            $null = mkdir -p "$outer/inner"
            Set-Content "$outer/pids.max" 20
            Set-Content "$outer/inner/pids.max" 30
            Set-Content "$outer/inner/cgroup.procs" $process.Id
            $report = $process | Get-ContainerLimit
            $tightest = $report.Tightest | Where-Object Limit -eq PidsLimit
            $report.PidsLimit, $tightest.Value, $tightest.IsInherited, $tightest.Cgroup | Should -Be 30, 20, $true, "/pscontainer-test-$PID"
        }
        finally {
            $process.Kill()
            $process.WaitForExit()
            rmdir "$outer/inner" $outer
        }
    }

    It 'knows what is not there' {
        Get-ErrorId { Get-ContainerLimit -ProcessId ([int]::MaxValue) } | Should -Be ProcessNotFound
        Get-ErrorId { Get-ContainerLimit nosuch } | Should -Be ContainerNotFound
    }
}
