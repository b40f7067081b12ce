#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

# The same facts beside the tools that everybody knows. Get-Namespace beside lsns is in Get-Namespace.Tests.ps1.

BeforeDiscovery {
    . $PSScriptRoot/Setting/All.ps1
    $hasTool = @{}
    foreach ($tool in 'ps', 'nsenter', 'ip') { $hasTool[$tool] = $isRoot -and (Test-Program $tool) }
    # An engine that can be reached and has a container running; none is started here.
    $engines = foreach ($engine in 'docker', 'podman') {
        $running = $isRoot -and (Get-Command $engine -CommandType Application -ErrorAction Ignore) ? (timeout 5 $engine ps -q 2>$null | Select-Object -First 1) : $null
        @{ Engine = $engine; Id = $running; Missing = -not $running }
    }
}

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage parity
}

AfterAll { Exit-Storage }

Describe 'Beside ps and /proc' -Tag Root, Parity -Skip:(-not $hasTool['ps']) {
    BeforeAll { $os1 = New-Container os1 -Memory 40MB -Command sleep -ArgumentList 300 }
    AfterAll { Get-Container | Remove-Container -Force }

    It 'Get-Container tells the process that ps tells' {
        ps -o args= -p $os1.Pid | Should -Be 'sleep 300'
        $os1.Command | Should -Be 'sleep 300'
    }

    It 'Invoke-ContainerCommand ps sees what /proc has of the pid namespace' {
        $space = Get-NamespaceLink $os1.Pid pid
        $outside = @(Get-Process | Where-Object { (Get-Item "/proc/$($_.Id)/ns/pid" -ErrorAction Ignore).LinkTarget -eq $space })
        $inside = @(Invoke-ContainerCommand os1 ps -ArgumentList '-e', '-o', 'comm=')
        # ps counts itself.
        $inside.Count | Should -Be ($outside.Count + 1)
        $inside | Should -Contain sleep
    }

    It 'the first process is in the cgroup that is told' {
        $memory = Get-Content "/proc/$($os1.Pid)/cgroup" | Where-Object { $_ -match '^\d+:(memory)?:' }
        $memory -match [regex]::Escape($os1.CgroupPath) | Should -Not -BeNullOrEmpty
    }

    It 'its supervisor is its parent, and a session of its own' {
        [int](ps -o ppid= -p $os1.Pid) | Should -Be (Get-SupervisorId $os1)
        [int](ps -o sid= -p $os1.Pid) | Should -Be $os1.Pid
        (ps -o tty= -p $os1.Pid).Trim() | Should -Be '?'
    }
}

Describe 'Beside nsenter' -Tag Root, Parity -Skip:(-not $hasTool['nsenter']) {
    BeforeAll { $os1 = New-Container os1 }
    AfterAll { Get-Container | Remove-Container -Force }

    It 'Enter-ContainerNamespace -Type <Type> sees what nsenter <Option> sees' -ForEach @(
        @{ Type = 'Net'; Option = '-n' }
        @{ Type = 'Uts'; Option = '-u' }
        @{ Type = 'Ipc'; Option = '-i' }
        @{ Type = 'Mnt'; Option = '-m' }
        @{ Type = 'Cgroup'; Option = '-C' }
        @{ Type = 'Net', 'Uts', 'Ipc', 'Mnt'; Option = '-n', '-u', '-i', '-m' }
    ) {
        $look = 'for n in pid mnt uts ipc net cgroup user; do echo $n $(readlink /proc/self/ns/$n 2>/dev/null); done; cat /proc/sys/kernel/hostname; pwd'
        $theirs = nsenter -t $os1.Pid $Option sh -c $look
        Enter-ContainerNamespace -ProcessId $os1.Pid -Type $Type -Command sh -ArgumentList '-c', $look | Should -Be $theirs
    }

    It 'Enter-ContainerNamespace -Type Pid has a process of the container''s numbers' {
        Enter-ContainerNamespace -ProcessId $os1.Pid -Type Pid, Mnt -Command sh -ArgumentList '-c', 'readlink /proc/self/ns/pid' | Should -Be (Get-NamespaceLink $os1.Pid pid)
        nsenter -t $os1.Pid -p -m readlink /proc/self/ns/pid | Should -Be (Get-NamespaceLink $os1.Pid pid)
    }

    It 'the same addresses' -Skip:(-not $hasTool['ip']) {
        $theirs = nsenter -t $os1.Pid -n ip -o address
        Enter-ContainerNamespace -ProcessId $os1.Pid -Type Net -Command ip -ArgumentList '-o', address | Should -Be $theirs
    }
}

Describe 'On a container of <Engine>''s' -Tag Root, Parity, Engine -ForEach $engines {
    BeforeAll { $process = $Id ? [int](& $Engine inspect -f '{{.State.Pid}}' $Id) : 0 }

    It 'Get-Namespace shows its namespaces' -Skip:$Missing {
        $own = 'mnt', 'net', 'pid', 'ipc', 'uts' | ForEach-Object { [uint64]((Get-NamespaceLink $process $_) -replace '\D') }
        (Get-Namespace -ProcessId $process).Id | Where-Object { $_ -in $own } | Should -HaveCount 5
    }

    It 'Enter-ContainerNamespace sees what exec sees' -Skip:$Missing {
        $inside = & $Engine exec $Id cat /proc/sys/kernel/hostname
        Enter-ContainerNamespace -ProcessId $process -Command cat -ArgumentList /proc/sys/kernel/hostname | Should -Be $inside
        Enter-ContainerNamespace -ProcessId $process -Type Net -Command cat -ArgumentList /proc/net/dev | Should -Be (& $Engine exec $Id cat /proc/net/dev)
    }
}
