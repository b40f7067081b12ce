#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery {
    . $PSScriptRoot/Setting/All.ps1
    $hasAnyDisk = [bool](Get-ChildItem /sys/block -ErrorAction Ignore)
    $hasDisk = [bool](Get-ChildItem /sys/block -ErrorAction Ignore | Where-Object Name -match '^(sd|vd|nvme|xvd)')
}

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage set-containerlimit
}

AfterAll { Exit-Storage }

Describe 'Set-ContainerLimit on a running container' -Tag Root -Skip:(-not $isRoot) {
    BeforeAll { $container = New-Container limited -Memory 40MB }
    AfterAll { Clear-Everything }

    It 'sets <parameter>, as the kernel''s own file says' -ForEach @(
        @{ Parameter = 'Memory'; Value = 80MB; Controller = 'memory'; V1 = 'memory.limit_in_bytes'; V2 = 'memory.max'; IsV1 = "$(80MB)"; IsV2 = "$(80MB)" }
        @{ Parameter = 'Memory'; Value = '96m'; Controller = 'memory'; V1 = 'memory.limit_in_bytes'; V2 = 'memory.max'; IsV1 = "$(96MB)"; IsV2 = "$(96MB)" }
        @{ Parameter = 'MemoryLow'; Value = 16MB; Controller = 'memory'; V1 = 'memory.soft_limit_in_bytes'; V2 = 'memory.low'; IsV1 = "$(16MB)"; IsV2 = "$(16MB)" }
        @{ Parameter = 'MemorySwap'; Value = 10MB; Controller = 'memory'; V1 = 'memory.memsw.limit_in_bytes'; V2 = 'memory.swap.max'; IsV1 = "$(106MB)"; IsV2 = "$(10MB)" }
        @{ Parameter = 'Cpus'; Value = 0.5; Controller = 'cpu'; V1 = 'cpu.cfs_quota_us'; V2 = 'cpu.max'; IsV1 = '50000'; IsV2 = '50000 100000' }
        @{ Parameter = 'CpusetCpus'; Value = '0'; Controller = 'cpuset'; V1 = 'cpuset.cpus'; V2 = 'cpuset.cpus'; IsV1 = '0'; IsV2 = '0' }
        @{ Parameter = 'PidsLimit'; Value = 77; Controller = 'pids'; V1 = 'pids.max'; V2 = 'pids.max'; IsV1 = '77'; IsV2 = '77' }
        @{ Parameter = 'PidsLimit'; Value = -1; Controller = 'pids'; V1 = 'pids.max'; V2 = 'pids.max'; IsV1 = 'max'; IsV2 = 'max' }
    ) {
        $limit = @{ $parameter = $value }
        Set-ContainerLimit limited @limit
        $isUnified = -not (Test-Path "$(Get-CgroupFolder $container.Pid $controller)/tasks")
        Get-KernelValue $container.Pid $controller $v1 $v2 | Should -Be ($isUnified ? $isV2 : $isV1)
    }

    It 'keeps what is not given' {
        Set-ContainerLimit limited -Memory 64MB -PidsLimit 50
        Set-ContainerLimit limited -Cpus 1
        $limit = (Get-Container limited).Limit
        $limit.Memory, $limit.PidsLimit, $limit.Cpus | Should -Be 64MB, 50, 1
    }

    It 'reads back the weight that was set' -ForEach 1, 3, 100, 200, 10000 {
        Set-ContainerLimit limited -CpuWeight $_
        (Get-Container limited).Limit.CpuWeight | Should -Be $_
    }

    It 'limits one disk, and frees it again' -Skip:(-not $hasDisk) {
        $disk = (Get-ChildItem /sys/block | Where-Object Name -match '^(sd|vd|nvme|xvd)' | Select-Object -First 1).Name
        Set-ContainerLimit limited -DeviceReadBps "/dev/${disk}:10mb" -DeviceWriteIops "/dev/${disk}:100"
        $throttle = (Get-Container limited).Limit.DeviceThrottles
        "$($throttle.Major):$($throttle.Minor)" | Should -Be (Get-Content "/sys/block/$disk/dev")
        $throttle.ReadBps, $throttle.WriteIops | Should -Be 10MB, 100
        Set-ContainerLimit limited -DeviceReadBps "/dev/${disk}:max" -DeviceWriteIops "/dev/${disk}:max"
        (Get-Container limited).Limit.DeviceThrottles | Should -BeNullOrEmpty
    }

    It 'takes objects, wildcards and the beginning of an id' {
        $container | Set-ContainerLimit -PidsLimit 61
        Set-ContainerLimit 'limi*' -Cpus 2
        Set-ContainerLimit $container.Id.Substring(0, 10) -CpuWeight 50
        $limit = (Get-Container limited).Limit
        $limit.PidsLimit, $limit.Cpus, $limit.CpuWeight | Should -Be 61, 2, 50
    }

    It 'returns the report with -PassThru, and nothing without' {
        Set-ContainerLimit limited -Memory 72MB | Should -BeNullOrEmpty
        (Set-ContainerLimit limited -Memory 73MB -PassThru).Memory | Should -Be 73MB
    }

    It 'prints the writes with -WhatIf and changes nothing' {
        Set-ContainerLimit limited -Memory 70MB
        $printed = Set-ContainerLimit limited -Memory 90MB -WhatIf 6>&1
        "$printed" | Should -Match "write\(.*$(90MB).*# "
        (Get-Container limited).Limit.Memory | Should -Be 70MB
    }

    It 'prints the writes with -Verbose' {
        "$(Set-ContainerLimit limited -PidsLimit 62 -Verbose 4>&1)" | Should -Match 'write\(.*pids\.max", "62"'
    }

    It 'keeps a change for the next start' {
        Set-ContainerLimit limited -Memory 48MB -CpuWeight 300 -PidsLimit 63
        Stop-Container limited -Timeout 0
        Start-Container limited
        $limit = (Get-Container limited).Limit
        $limit.Memory, $limit.CpuWeight, $limit.PidsLimit | Should -Be 48MB, 300, 63
    }

    It 'loses no change of many at once' {
        $module = (Get-Module PSContainer).Path
        1..8 | ForEach-Object -ThrottleLimit 8 -Parallel {
            Import-Module $using:module
            $limit = @(@{ Memory = 81MB }, @{ Cpus = 1.25 }, @{ CpuWeight = 77 }, @{ PidsLimit = 64 })[$_ % 4]
            Set-ContainerLimit limited @limit
        }
        Stop-Container limited -Timeout 0
        $next = Get-ContainerLimit limited
        $next.Memory, $next.Cpus, $next.CpuWeight, $next.PidsLimit | Should -Be 81MB, 1.25, 77, 64
        Start-Container limited
    }

    It 'leaves a hand-written member of config.json where it is' {
        $path = "$env:PSCONTAINER_ROOT/containers/$($container.Id)/config.json"
        $config = Get-Content $path -Raw | ConvertFrom-Json -AsHashtable
        $config.annotations = @{ mine = 'yes' }
        $config.linux.resources.network = @{ classID = 7 }
        $config | ConvertTo-Json -Depth 20 | Set-Content $path
        Set-ContainerLimit limited -Memory 55MB
        $after = Get-Content $path -Raw | ConvertFrom-Json
        $after.annotations.mine, $after.linux.resources.network.classID, $after.linux.resources.memory.limit | Should -Be 'yes', 7, 55MB
        $config.linux.resources.Remove('network')
        $config | ConvertTo-Json -Depth 20 | Set-Content $path
    }
}

Describe 'Set-ContainerLimit on a container that does not run' -Tag Root -Skip:(-not $isRoot) {
    BeforeAll { $null = New-Container resting -Memory 40MB -NoStart }
    AfterAll { Clear-Everything }

    It 'holds from the next start' {
        Set-ContainerLimit resting -Memory 60MB -MemorySwap 0 -Cpus 1.5 -CpusetCpus 0
        $next = Get-ContainerLimit resting
        $next.IsInForce, $next.Memory, $next.Cpus | Should -Be $false, 60MB, 1.5
        Start-Container resting
        $limit = (Get-Container resting).Limit
        $limit.Memory, $limit.MemorySwap, $limit.Cpus, $limit.CpusetCpus | Should -Be 60MB, 0, 1.5, '0'
        Stop-Container resting -Timeout 0
    }

    It 'takes a limit away again' {
        Set-ContainerLimit resting -Memory max -Cpus -1 -CpusetCpus ''
        Start-Container resting
        $limit = (Get-Container resting).Limit
        $limit.Memory, $limit.Cpus | Should -Be ([double]::PositiveInfinity), ([double]::PositiveInfinity)
        Stop-Container resting -Timeout 0
    }

    It 'refuses what the next start would refuse' {
        $path = (Get-ChildItem "$env:PSCONTAINER_ROOT/containers/*/config.json").FullName
        $text = Get-Content $path -Raw
        Get-ErrorId { Set-ContainerLimit resting -CpusetCpus 4000 } | Should -Be CpusetInvalid
        Get-Content $path -Raw | Should -BeExactly $text
        Get-ChildItem (Split-Path $path) -Filter '*.new' | Should -BeNullOrEmpty
    }
}

Describe 'The kernel holds to it' -Tag Root -Skip:(-not $isRoot) {
    AfterAll { Clear-Everything }

    It 'kills what touches 60 MB in a 40 MB container, and the container says so' {
        # Without the limit on swap a machine that has any would only become slow.
        $null = New-Container eater -Memory 40MB -NoStart -Command sh -ArgumentList '-c', 'head -c 60m /dev/zero | tail'
        Set-ContainerLimit eater -MemorySwap 0
        Start-Container eater
        $exit = Wait-Container eater -Timeout 30
        $exit.OomKilled | Should -BeTrue
        (Get-Container eater).OomKilled | Should -BeTrue
    }

    It 'kills none that stays below' {
        $null = New-Container modest -Memory 40MB -Command sh -ArgumentList '-c', 'head -c 10m /dev/zero | tail -c 1 | wc -c'
        $exit = Wait-Container modest -Timeout 30
        $exit.OomKilled, $exit.ExitCode | Should -Be $false, 0
    }

    It 'refuses a fork beyond -PidsLimit' {
        $null = New-Container forker
        Set-ContainerLimit forker -PidsLimit 5
        # The shell gives up at the refused fork, and the idle init takes in what it has started.
        $printed = Invoke-ContainerCommand forker sh -ArgumentList '-c', 'for i in 1 2 3 4 5 6 7 8 9 10; do sleep 600 >/dev/null 2>&1 & done; echo all' 2>$null
        $printed | Should -BeNullOrEmpty
        $LASTEXITCODE | Should -Not -Be 0
        $usage = (Get-Container forker).Usage
        $usage.PidsRefused | Should -BeGreaterThan 0
        $usage.PidsCurrent | Should -BeGreaterThan 1
        $usage.PidsCurrent | Should -BeLessOrEqual 5
    }

    It 'cuts processor time at -Cpus' {
        $null = New-Container spinner -Command sh -ArgumentList '-c', 'while :; do :; done'
        Set-ContainerLimit spinner -Cpus 0.05
        $spinner = (Get-Container spinner).Pid
        $periods = { [long]((Get-KernelValue $spinner cpu cpu.stat cpu.stat) -replace '(?s).*nr_periods (\d+).*', '$1') }
        $before = & $periods
        $first = (Get-Container spinner).Usage
        # By the kernel's own clock of 100 ms. Where this machine stood still for a while, it takes some periods until the kernel has taken back what was too much.
        $isHeld = Wait-Until {
            $usage = (Get-Container spinner).Usage
            $script:throttled = $usage.CpuThrottledCount - $first.CpuThrottledCount
            $script:share = ($usage.CpuSeconds - $first.CpuSeconds) / (0.1 * [Math]::Max(1, (& $periods) - $before))
            $throttled -ge 10 -and $share -lt 0.1
        } 120
        $isHeld | Should -BeTrue -Because "it was throttled $throttled times, and had $share of a processor"
    }
}

Describe 'Set-ContainerLimit where cgroup v1 has the memory' -Tag Root, V1 -Skip:(-not ($isRoot -and $isV1)) {
    BeforeAll { $null = New-Container old -Memory 40MB }
    AfterAll { Clear-Everything }

    It 'has no MemoryHigh, whether the container runs or not' {
        Get-ErrorId { Set-ContainerLimit old -MemoryHigh 30MB } | Should -Be LimitNotSupported
        Stop-Container old -Timeout 0
        Get-ErrorId { Set-ContainerLimit old -MemoryHigh 30MB } | Should -Be LimitNotSupported
        Start-Container old
    }

    It 'has no limit of swap without one of memory' {
        $null = New-Container free
        Get-ErrorId { Set-ContainerLimit free -MemorySwap 10MB } | Should -Be LimitNotSupported
    }

    It 'refuses less memory than is in use, and changes nothing' {
        $null = New-Container full -Memory 100MB -Tmpfs /mnt
        Invoke-ContainerCommand full -Command sh -ArgumentList '-c', 'head -c 40m /dev/zero > /mnt/held'
        Get-ErrorId { Set-ContainerLimit full -Memory 8MB -MemorySwap 0 } | Should -Be MemoryInUse
        (Get-Container full).Limit.Memory | Should -Be 100MB
    }
}

Describe 'Set-ContainerLimit where cgroup v2 has the memory' -Tag Root, V2 -Skip:(-not ($isRoot -and $isV2)) {
    BeforeAll { $container = New-Container new -Memory 40MB }
    AfterAll { Clear-Everything }

    It 'has MemoryHigh, and keeps it for the next start' {
        Set-ContainerLimit new -MemoryHigh 30MB
        Get-Content "$(Get-CgroupFolder $container.Pid memory)/memory.high" | Should -Be "$(30MB)"
        Stop-Container new -Timeout 0
        Start-Container new
        (Get-Container new).Limit.MemoryHigh | Should -Be 30MB
    }

    It 'limits swap without limiting memory' {
        Set-ContainerLimit new -Memory max -MemorySwap 10MB
        $limit = (Get-Container new).Limit
        $limit.Memory, $limit.MemorySwap | Should -Be ([double]::PositiveInfinity), 10MB
    }

    It 'gives a container''s process no limits of its own' {
        Get-ErrorId { Set-ContainerLimit -ProcessId (Get-Container new).Pid -PidsLimit 5 } | Should -Be ProcessInContainer
    }
}

Describe 'Set-ContainerLimit and bad input' {
    It 'knows <id> in <script>' -ForEach @(
        @{ Id = 'ParameterArgumentTransformationError'; Script = { Set-ContainerLimit x -Memory banana } }
        @{ Id = 'LimitTooSmall'; Script = { Set-ContainerLimit x -Memory 1KB } }
        @{ Id = 'LimitMissing'; Script = { Set-ContainerLimit x } }
        @{ Id = 'LimitOutOfRange'; Script = { Set-ContainerLimit x -Cpus 0 } }
        @{ Id = 'LimitOutOfRange'; Script = { Set-ContainerLimit x -CpuWeight 0 } }
        @{ Id = 'LimitOutOfRange'; Script = { Set-ContainerLimit x -IOWeight 10001 } }
        @{ Id = 'LimitOutOfRange'; Script = { Set-ContainerLimit x -PidsLimit 0 } }
        @{ Id = 'LimitOutOfRange'; Script = { Set-ContainerLimit x -Memory -2 } }
        @{ Id = 'LimitOutOfRange'; Script = { Set-ContainerLimit x -DeviceReadBps 8:0:fast } }
        @{ Id = 'CpusetInvalid'; Script = { Set-ContainerLimit x -CpusetCpus all } }
        @{ Id = 'LimitDeviceInvalid'; Script = { Set-ContainerLimit x -DeviceReadBps /dev/nosuch:1mb } }
        @{ Id = 'LimitDeviceInvalid'; Script = { Set-ContainerLimit x -DeviceReadBps /dev/null:1mb } }
        @{ Id = 'LimitDeviceInvalid'; Script = { Set-ContainerLimit x -DeviceWriteIops 100 } }
        @{ Id = 'ContainerNotFound'; Script = { Set-ContainerLimit nosuch -Memory 40MB } }
        @{ Id = 'ContainerNotFound'; Script = { Set-ContainerLimit 4204 -Memory 40MB } }
        @{ Id = 'LimitTargetNotUnderstood'; Script = { Get-Date | Set-ContainerLimit -Memory 40MB } }
    ) {
        Get-ErrorId $script | Should -Be $id
    }

    It 'completes disks with their colon' -Skip:(-not $hasAnyDisk) {
        $completed = (TabExpansion2 'Set-ContainerLimit x -DeviceReadBps /dev/').CompletionMatches.CompletionText
        $completed | Should -Not -BeNullOrEmpty
        $completed | ForEach-Object { $_ | Should -Match ':$' }
    }
}
