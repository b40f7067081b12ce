#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery {
    . $PSScriptRoot/Setting/All.ps1
    $hasLsns = Test-Program lsns
    $hasIp = Test-Program ip
}

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage compare-namespace

    function Get-Fact([string] $Aspect, [object[]] $From) { $From | Where-Object Aspect -eq $Aspect }

    # A session of its own, so that one signal ends all of it.
    function Start-Group([string[]] $Command) {
        $start = [Diagnostics.ProcessStartInfo]::new('setsid')
        $Command | ForEach-Object { $start.ArgumentList.Add($_) }
        $process = [Diagnostics.Process]::Start($start)
        $groups.Add($process)
        $process
    }

    $groups = [Collections.Generic.List[Diagnostics.Process]]::new()
}

AfterAll {
    foreach ($group in $groups) { sh -c "kill -9 -$($group.Id) 2>/dev/null"; $null = $group.WaitForExit(5000) }
    Exit-Storage
}

Describe 'A container beside this machine' -Tag Root -Skip:(-not $isRoot) {
    BeforeAll {
        $os1 = New-Container os1 -Memory 64MB -Cpus 0.5 -PidsLimit 100 -Hostname inside
        $facts = Compare-ContainerNamespace os1
    }
    AfterAll { Get-Container | Remove-Container -Force }

    It 'tells every aspect once, the namespaces one by one, and always why' {
        @($facts | Where-Object Aspect -eq Namespace).Count | Should -Be 8
        $rest = $facts | Where-Object Aspect -ne Namespace
        $rest.Aspect | Should -Be ([enum]::GetValues([PSContainer.Engine.Isolation.IsolationAspect]) | Where-Object { $_ -ne 'Namespace' })
        $facts.Reason | Should -Not -Contain ''
        $facts | ForEach-Object { $_.Target, $_.ContainerId, $_.ProcessId | Should -Be os1, $os1.Id, $os1.Pid }
    }

    It 'has the numbers of the links of /proc' {
        foreach ($fact in Get-Fact Namespace $facts) {
            $type = "$($fact.NamespaceType)".ToLower()
            $fact.Host | Should -Be ((Get-Item "/proc/$PID/ns/$type").LinkTarget -replace '\D')
            $fact.Container | Should -Be ((Get-Item "/proc/$($os1.Pid)/ns/$type").LinkTarget -replace '\D')
            $fact.Isolated | Should -Be ($fact.Host -ne $fact.Container)
        }
    }

    It 'has the numbers that lsns shows' -Skip:(-not $hasLsns) {
        $theirs = @{}
        lsns -n -r -p $os1.Pid -o TYPE,NS | ForEach-Object { $type, $id = $_ -split ' '; $theirs[$type] = $id }
        foreach ($fact in Get-Fact Namespace $facts) { $fact.Container | Should -Be $theirs["$($fact.NamespaceType)".ToLower()] }
    }

    It 'shows what hostname, ps, id, ls and ip show on both sides' -Skip:(-not $hasIp) {
        $in = { param($line) Invoke-ContainerCommand os1 -- sh -c $line }
        (Get-Fact Hostname $facts).Host | Should -Be (hostname)
        (Get-Fact Hostname $facts).Container | Should -Be (& $in hostname)
        (Get-Fact Hostname $facts).Container | Should -Be inside
        (Get-Fact FirstProcess $facts).Container | Should -Be (& $in 'cat /proc/1/comm')
        (Get-Fact FirstProcess $facts).Host | Should -Be (Get-Content /proc/1/comm)
        (Get-Fact ProcessCount $facts).Container | Should -Be 1
        (Get-Fact User $facts).Container | Should -Be "$(& $in 'id -u') ($(& $in 'id -un'))"
        (Get-Fact RootEntries $facts).Container | Should -Be "$(@(& $in 'ls -A /').Count): $((& $in 'LC_ALL=C ls -A /') -join ' ')"
        (Get-Fact Mounts $facts).Container | Should -Be @(& $in 'cat /proc/1/mountinfo').Count
        (Get-Fact Interfaces $facts).Container | Should -Be ((& $in 'ip -o link' | ForEach-Object { ($_ -split '[:@] ?')[1].Trim() }) -join ', ')
        foreach ($address in & $in "ip -o addr | awk '{print `$4}' | cut -d/ -f1") { (Get-Fact Addresses $facts).Container -split ', ' | Should -Contain $address }
        (Get-Fact MacAddresses $facts).Container | Should -Be "eth0 $(& $in 'cat /sys/class/net/eth0/address')"
        foreach ($route in & $in 'ip route') { (Get-Fact Routes $facts).Container -split ', ' | Where-Object { $route.StartsWith($_) } | Should -Not -BeNullOrEmpty }
        (Get-Fact Interfaces $facts).Host | Should -Be ((ip -o link | ForEach-Object { ($_ -split '[:@] ?')[1].Trim() }) -join ', ')
    }

    It 'gives one process its two numbers' {
        $fact = Get-Fact ProcessId $facts
        $fact.Host, $fact.Container | Should -Be ((Get-Content "/proc/$($os1.Pid)/status" | Where-Object { $_ -like 'NSpid:*' }) -split '\s+' | Select-Object -Skip 1)
    }

    It 'shows the machine''s processors and memory, and the limits beside them' {
        $total = [long]((Get-Content /proc/meminfo -TotalCount 1) -replace '\D') * 1KB
        $seen = Get-Fact MemorySeen $facts
        $seen.Isolated, (Get-Fact CpusSeen $facts).Isolated | Should -BeFalse
        $seen.Container | Should -Be $seen.Host
        (Invoke-ContainerCommand os1 cat /proc/meminfo)[0] | Should -Match ($total / 1KB)
        $seen.Reason | Should -Match 'free reads /proc/meminfo.*May use 64 MiB, by memory\.(max|limit_in_bytes) of /pscontainer-'
        (Get-Fact CpusSeen $facts).Reason | Should -Match 'lscpu.*May use 0\.5, by cpu\.(max|cfs_quota_us) of /pscontainer-'
        (Get-Fact CpusSeen $facts).Container | Should -Be ([Environment]::ProcessorCount)
        (Get-Fact MemoryAllowed $facts).Container, (Get-Fact CpusAllowed $facts).Container, (Get-Fact ProcessesAllowed $facts).Container | Should -Be '64 MiB', '0.5', '100'
        (Get-Fact Kernel $facts).Container | Should -Be "Linux $(uname -r)"
        (Get-Fact Kernel $facts).Isolated | Should -BeFalse
    }

    It 'counts capabilities as /proc has them, and tells of the filter' {
        $bounding = [convert]::ToUInt64(((Get-Content "/proc/$($os1.Pid)/status" | Where-Object { $_ -like 'CapBnd:*' }) -split '\s+')[1], 16)
        $fact = Get-Fact Capabilities $facts
        [int]($fact.Container -replace ':.*') | Should -Be ([Numerics.BitOperations]::PopCount($bounding))
        $fact.Reason | Should -Match 'Dropped for good: .*sys_admin'
        (Get-Fact Seccomp $facts).Container | Should -Match '^filter'
        (Get-Fact NoNewPrivileges $facts).Container | Should -Be yes
    }

    It 'finds ports that are listened on, and IPC objects, inside alone' -Skip:(-not (Test-Program python3)) {
        $null = New-Container ports -Command python3 -ArgumentList '-c', 'import socket,time; s=socket.socket(); s.bind(("", 8087)); s.listen(); u=socket.socket(type=socket.SOCK_DGRAM); u.bind(("", 5353)); time.sleep(600)'
        Wait-Until { (Compare-ContainerNamespace ports -Aspect ListeningPorts).Container -eq 'tcp 8087, udp 5353' }
        (Compare-ContainerNamespace ports -Aspect ListeningPorts).Host | Should -Not -Match '\b8087\b'
    }

    It 'names the wall''s absence where something is shared' {
        $null = New-Container open -Network Host
        $fact = Compare-ContainerNamespace open -Aspect Namespace | Where-Object NamespaceType -eq Net
        $fact.Isolated | Should -BeFalse
        (Compare-ContainerNamespace open -Aspect Addresses).Container | Should -Be (Compare-ContainerNamespace open -Aspect Addresses).Host
    }

    It 'takes names, ids, wildcards, objects and processes' {
        $null = New-Container os2
        foreach ($form in { Compare-ContainerNamespace os1 -Aspect Kernel }, { Compare-ContainerNamespace $os1.ShortId -Aspect Kernel }, { $os1 | Compare-ContainerNamespace -Aspect Kernel }, { 'os1' | Compare-ContainerNamespace -Aspect Kernel }) {
            (& $form).Target | Should -Be os1
        }
        (Compare-ContainerNamespace os[12] -Aspect Kernel).Target | Should -Be os1, os2
        (Get-Process -Id $os1.Pid | Compare-ContainerNamespace -Aspect Hostname).Container | Should -Be inside
        (Compare-ContainerNamespace -ProcessId $os1.Pid, $PID -Aspect Hostname).Isolated | Should -Be $true, $false
        ($facts[0] | Get-Container).Name | Should -Be os1
    }

    It 'holds two containers, and a process, against each other' {
        $fact = Compare-ContainerNamespace os1 os2 -Aspect ProcessId
        $fact.Against, $fact.Host, $fact.Container | Should -Be os2, "$((Get-Container os2).Pid) is 1 inside", "$($os1.Pid) is 1 inside"
        (Compare-ContainerNamespace os1 $os1 | Where-Object Aspect -eq Namespace).Isolated | Should -Not -Contain $true
        (Compare-ContainerNamespace os1 -Reference (Get-Process -Id $PID) -Aspect Hostname).Host | Should -Be (hostname)
        (Compare-ContainerNamespace os1 -Reference $PID -Aspect Hostname).Host | Should -Be (hostname)
        Get-ErrorId { Compare-ContainerNamespace os1 nosuch } | Should -Match '^ContainerNotFound'
        Get-ErrorId { Compare-ContainerNamespace os1 os* } | Should -Match '^ContainerAmbiguous'
    }

    It 'leaves this session where it is' {
        function Get-ThreadNamespace { Get-Item /proc/$PID/task/*/ns/* -ErrorAction Ignore | ForEach-Object LinkTarget | Sort-Object -Unique }
        $before = Get-ThreadNamespace
        $before | Should -Not -BeNullOrEmpty
        1..20 | ForEach-Object { $null = Compare-ContainerNamespace os1 }
        Wait-Until { -not (Compare-Object $before (Get-ThreadNamespace)) }
        @(Get-ChildItem /proc/$PID/fd).Count | Should -BeLessThan 400
    }

    It 'prints no control character, whatever the processes and names inside are' -Skip:(-not (Test-Program python3)) {
        $null = New-Container rude -Command python3 -ArgumentList '-c', 'import ctypes,time; ctypes.CDLL(None).prctl(15, b"\x1b[31mred<script>"); time.sleep(600)'
        Wait-Until { (Compare-ContainerNamespace rude -Aspect FirstProcess).Container -like '*red*' }
        $fact = Compare-ContainerNamespace rude -Aspect FirstProcess
        $fact | Format-Table | Out-String | Should -Match '\\x1b\[31mred'
        $fact | Format-List | Out-String | Should -Match '\\x1b\[31mred'
        ($fact | Format-Table | Out-String), ($fact | Format-List | Out-String) | Should -Not -Match "`e\[31m"
    }

    It 'says of the stopped, of those that never ran, and of no one' {
        $null = New-Container done -Command true
        Wait-Until { (Get-Container done).Status -eq 'Stopped' }
        Get-ErrorId { Compare-ContainerNamespace done } | Should -Match '^ContainerNotRunning'
        Get-ErrorId { Compare-ContainerNamespace nosuch } | Should -Match '^ContainerNotFound'
        (Compare-ContainerNamespace done, os1 -Aspect Kernel -ErrorAction Ignore).Target | Should -Be os1
    }

    It 'neither hangs nor breaks where containers end meanwhile' {
        $job = Start-Group bash, '-c', 'while :; do unshare -muinpf --mount-proc sleep 0.01 & sleep 0.005; done'
        $watch = [Diagnostics.Stopwatch]::StartNew()
        $failures = @()
        for ($i = 0; $i -lt 40; $i++) {
            $children = (Get-Content "/proc/$($job.Id)/task/$($job.Id)/children" -Raw) -split ' ' -ne ''
            if ($children) { $null = Compare-ContainerNamespace -ProcessId $children -ErrorAction SilentlyContinue -ErrorVariable +failures }
        }
        sh -c "kill -9 -$($job.Id)"
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 30
        $failures.FullyQualifiedErrorId | Where-Object { $_ -notmatch '^(ProcessNotFound|ProcessEnded)' } | Should -BeNullOrEmpty
    }
}

Describe 'Any process' {
    It 'of this session shares all' {
        $facts = Compare-ContainerNamespace -ProcessId $PID
        ($facts | Where-Object { $_.Aspect -eq 'Namespace' -and $_.Host }).Isolated | Should -Not -Contain $true
        (Get-Fact Hostname $facts).Container | Should -Be (hostname)
    }

    It 'may have some namespaces of its own' -Skip:(-not $isRoot) {
        $process = Start-Group unshare, '--uts', sh, '-c', 'hostname walled.example.org; exec sleep 300'
        Wait-Until { (Get-Content "/proc/$($process.Id)/comm") -eq 'sleep' }
        $facts = Compare-ContainerNamespace -ProcessId $process.Id
        ($facts | Where-Object { $_.Aspect -eq 'Namespace' -and $_.Isolated }).NamespaceType | Should -Be Uts
        (Get-Fact Hostname $facts).Container | Should -Be walled.example.org
        $facts[0].Target | Should -Be sleep
        $facts[0].ContainerName | Should -BeNullOrEmpty
    }

    It 'in a user and a time namespace shows maps and offsets' -Skip:(-not $isRoot) {
        $process = Start-Group unshare, '--user', '--time', '--monotonic', '86400', '--fork', sleep, 300
        Wait-Until { Get-Content "/proc/$($process.Id)/task/$($process.Id)/children" -Raw -ErrorAction Ignore }
        $child = [int](Get-Content "/proc/$($process.Id)/task/$($process.Id)/children" -Raw)
        sh -c "echo 0 100000 1000 > /proc/$child/uid_map"
        $facts = Compare-ContainerNamespace -ProcessId $child
        (Get-Fact UserMap $facts).Container | Should -Be '0-999 are 100000-100999'
        (Get-Fact UserMap $facts).Isolated | Should -BeTrue
        (Get-Fact TimeOffsets $facts).Container | Should -Match 'monotonic 86400 s'
    }

    It 'that is a kernel''s thread, a zombie, or nobody is an error about itself' -Skip:(-not $isRoot) {
        Get-ErrorId { Compare-ContainerNamespace -ProcessId 2147483647 } | Should -Match '^ProcessNotFound'
        Get-ErrorId { 1.5 | Compare-ContainerNamespace } | Should -Match '^(ContainerNotFound|CompareTargetNotUnderstood)'
        Get-ErrorId { Get-Date | Compare-ContainerNamespace } | Should -Match '^CompareTargetNotUnderstood'
        $zombie = Start-Group sh, '-c', 'sleep 0 & exec sleep 300'
        $child = $null
        Wait-Until { $script:child = (Get-Content "/proc/$($zombie.Id)/task/$($zombie.Id)/children" -Raw) -replace ' '; $script:child -and (Get-Content "/proc/$script:child/stat") -match '\) Z ' }
        Get-ErrorId { Compare-ContainerNamespace -ProcessId $script:child } | Should -Match '^ProcessEnded'
        # In a pid namespace of the tests' own there are none to be seen.
        $thread = Get-ChildItem /proc -Directory | Where-Object { $_.Name -match '^\d+$' -and (Get-Content "$_/status" -ErrorAction Ignore) -contains "Kthread:`t1" } | Select-Object -First 1
        if ($thread) { Get-ErrorId { Compare-ContainerNamespace -ProcessId $thread.Name } | Should -Match '^ProcessIsKernelThread' }
    }
}

Describe 'How it looks' -Tag Root -Skip:(-not $isRoot) {
    BeforeAll { $null = New-Container os1 -Network None }
    AfterAll { Get-Container | Remove-Container -Force }

    It 'fits <Width> columns, under a heading' -ForEach @{ Width = 80 }, @{ Width = 160 } {
        $text = Compare-ContainerNamespace os1 | Out-String -Width $Width
        $text | Should -Match 'os1 \(process \d+\) beside this machine'
        ($text -split "`n").Length | Should -BeGreaterThan 35
        $text -split "`n" | Where-Object Length -gt $Width | Should -BeNullOrEmpty
    }

    It 'is coloured where $PSStyle says so, and plain elsewhere' {
        $before = $PSStyle.OutputRendering
        try {
            $PSStyle.OutputRendering = 'Ansi'
            $text = Compare-ContainerNamespace os1 -Aspect Hostname, Kernel | Out-String
            $text | Should -Match ([regex]::Escape("$($PSStyle.Foreground.Green)isolated"))
            $text | Should -Match ([regex]::Escape("$($PSStyle.Foreground.Yellow)shared"))
            $PSStyle.OutputRendering = 'PlainText'
            Compare-ContainerNamespace os1 | Out-String | Should -Not -Match "`e"
        }
        finally { $PSStyle.OutputRendering = $before }
    }
}

Describe 'A normal user' -Tag Root -Skip:(-not ($isRoot -and (Test-Program setpriv))) {
    It 'sees what /proc tells everybody, and is told what is not' {
        $process = Start-Group unshare, '--uts', '--pid', '--fork', sleep, 300
        Wait-Until { (Get-Content "/proc/$($process.Id)/task/$($process.Id)/children" -Raw) }
        $child = ((Get-Content "/proc/$($process.Id)/task/$($process.Id)/children" -Raw) -split ' ')[0]
        $script = "Compare-ContainerNamespace -ProcessId $child | Select-Object Aspect, NamespaceType, Host, Container, Isolated, Reason | ConvertTo-Json -EnumsAsStrings"
        $facts = Invoke-AsNobody $script | Out-String | ConvertFrom-Json
        (Get-Fact ProcessId $facts).Container | Should -Be 1
        (Get-Fact Capabilities $facts).Container | Should -Match '^all'
        $uts = $facts | Where-Object NamespaceType -eq Uts | Where-Object Aspect -eq Hostname
        $uts.Isolated | Should -BeNullOrEmpty
        $uts.Reason | Should -Match CAP_SYS_PTRACE
    }
}
