#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery { . $PSScriptRoot/Setting/All.ps1 }

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage set-containerlimit-process
}

AfterAll { Exit-Storage }

Describe 'Set-ContainerLimit on any process' -Tag Root -Skip:(-not $isRoot) {
    AfterEach { Clear-Everything }

    It 'limits a piped process, in a group of its own' {
        $process = Start-Sleeper
        $process | Set-ContainerLimit -Memory 40MB -PidsLimit 5
        Get-KernelValue $process.Id memory memory.limit_in_bytes memory.max | Should -Be "$(40MB)"
        Get-KernelValue $process.Id pids pids.max pids.max | Should -Be 5
        Get-Content "$(Get-CgroupFolder $process.Id pids)/cgroup.procs" | Should -Be $process.Id
    }

    It 'limits many, each by itself' {
        $all = 1..3 | ForEach-Object { Start-Sleeper }
        $all | Set-ContainerLimit -PidsLimit 9 -PassThru | ForEach-Object PidsLimit | Should -Be 9, 9, 9
        ($all | ForEach-Object { Get-CgroupFolder $_.Id pids } | Sort-Object -Unique).Count | Should -Be 3
    }

    It 'takes a number, and a second limit in the same group' {
        $process = Start-Sleeper
        Set-ContainerLimit -ProcessId $process.Id -PidsLimit 7
        $folder = Get-CgroupFolder $process.Id pids
        Set-ContainerLimit -ProcessId $process.Id -PidsLimit 8
        Get-CgroupFolder $process.Id pids | Should -Be $folder
        Get-KernelValue $process.Id pids pids.max pids.max | Should -Be 8
    }

    It 'moves nothing with -WhatIf' {
        $process = Start-Sleeper
        $before = Get-Content "/proc/$($process.Id)/cgroup"
        "$($process | Set-ContainerLimit -PidsLimit 5 -WhatIf 6>&1)" | Should -Match 'mkdir\(.*cgroup\.procs.*pids\.max'
        Get-Content "/proc/$($process.Id)/cgroup" | Should -Be $before
    }

    It 'leaves the process where it was if a limit can''t be had' {
        $process = Start-Sleeper
        $before = Get-Content "/proc/$($process.Id)/cgroup"
        Get-ErrorId { $process | Set-ContainerLimit -PidsLimit 5 -CpusetCpus 4000 } | Should -Be CpusetInvalid
        Get-Content "/proc/$($process.Id)/cgroup" | Should -Be $before
        Get-ChildItem /sys/fs/cgroup -Recurse -Directory -Filter "pscontainer.limit-$($process.Id)-*" | Should -BeNullOrEmpty
    }

    It 'says that a process has ended, and goes on with the others' {
        $ended = Start-Sleeper
        $ended.Kill()
        $ended.WaitForExit()
        $running = Start-Sleeper
        Get-ErrorId { $ended, $running | Set-ContainerLimit -PidsLimit 5 } | Should -Be ProcessNotFound
        Get-KernelValue $running.Id pids pids.max pids.max | Should -Be 5
        Get-ErrorId { Set-ContainerLimit -ProcessId ([int]::MaxValue) -PidsLimit 5 } | Should -Be ProcessNotFound
    }
}
