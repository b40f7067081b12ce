#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery { . $PSScriptRoot/Setting/All.ps1 }

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage new-container-options
    $isV1 = Test-Path /sys/fs/cgroup/memory/tasks
}

AfterAll { Exit-Storage }

Describe 'New-Container: files' -Tag Root -Skip:(-not $isRoot) {
    BeforeEach { $data = New-Item -ItemType Directory "$folder/data"; Set-Content "$data/a" outside }
    AfterEach { Get-Container | Remove-Container -Force; Remove-Item -Recurse "$folder/data" }

    It 'shares a volume both ways' {
        Read-Inside (New-Container os1 -Volume "${data}:/data") 'cat /data/a; echo inside >/data/b' | Should -Be outside
        Get-Content "$data/b" | Should -Be inside
    }

    It 'shares a volume for reading only' {
        Read-Inside (New-Container os1 -Volume "${data}:/data:ro") 'cat /data/a; echo inside >/data/b' | Should -Match '^outside\n.*Read-only file system'
        Test-Path "$data/b" | Should -BeFalse
    }

    It 'shares a single file, and several volumes' {
        Read-Inside (New-Container os1 -Volume "$data/a:/etc/one", "${data}:/srv/two:rw") 'cat /etc/one /srv/two/a' | Should -Be "outside`noutside"
    }

    It 'takes a relative volume from where PowerShell stands' {
        Push-Location $folder
        try { Read-Inside (New-Container os1 -Volume './data:/data') 'cat /data/a' | Should -Be outside }
        finally { Pop-Location }
    }

    It 'cannot write to a -ReadOnly root, but to volumes and -Tmpfs' {
        $container = New-Container os1 -ReadOnly -Tmpfs /tmp -Volume "${data}:/srv"
        Read-Inside $container 'touch /etc/x' | Should -Match 'Read-only file system'
        Read-Inside $container 'touch /x' | Should -Match 'Read-only file system'
        Read-Inside $container 'echo 1 >/tmp/x; echo 2 >/srv/x; cat /tmp/x /srv/x' | Should -Be "1`n2"
    }

    It 'mounts a volume where a dangling link leads, inside the container' -Skip:(-not $hasBusybox) {
        $image = New-Item -ItemType Directory "$folder/dangling"
        try {
            $null = New-BusyboxRoot $image
            $null = New-Item -ItemType SymbolicLink -Path "$image/etc/localtime" -Value ../usr/share/zoneinfo/Mars
            $null = New-Item -ItemType SymbolicLink -Path "$image/etc/hosts" -Value /run/names/hosts
            $null = New-Item -ItemType SymbolicLink -Path "$image/outside" -Value "../../../..$folder/made"
            Read-Inside (New-Container os1 -RootFs $image -Volume "$data/a:/etc/localtime", "$data/a:/outside/b" -Tmpfs /run) `
                'cat /etc/localtime /usr/share/zoneinfo/Mars /outside/b; busybox readlink /etc/localtime; grep -q os1 /etc/hosts && echo named' |
                Should -Be "outside`noutside`noutside`n../usr/share/zoneinfo/Mars`nnamed"
            Test-Path "$image/usr", "$folder/made", /usr/share/zoneinfo/Mars | Should -Be $false, $false, $false
        }
        finally { Get-Container | Remove-Container -Force; Remove-Item -Recurse $image }
    }

    It 'gives a -Tmpfs the mode of the folder that it covers, unless another is asked for' -Skip:(-not $hasBusybox) {
        $image = New-Item -ItemType Directory "$folder/covered"
        try {
            $null = New-BusyboxRoot $image
            $null = New-Item -ItemType Directory "$image/srv"
            chmod 0750 "$image/srv"
            Read-Inside (New-Container os1 -RootFs $image -Tmpfs /srv, /new) "busybox stat -c '%a %u' /srv /new" | Should -Be "750 0`n1777 0"
            Read-Inside (New-Container os2 -RootFs $image -Tmpfs '/srv:mode=0700,uid=1000') "busybox stat -c '%a %u' /srv" | Should -Be '700 1000'
        }
        finally { Get-Container | Remove-Container -Force; Remove-Item -Recurse $image }
    }

    It 'mounts an empty -Tmpfs of the wanted size' {
        $container = New-Container os1 -Tmpfs '/srv:size=1m'
        Read-Inside $container 'ls -A /srv; stat -f -c "%T %b %S" /srv' | ForEach-Object { $type, $blocks, $size = -split $_; "$type $([long]$blocks * [long]$size)" } | Should -Be 'tmpfs 1048576'
    }
}

Describe 'New-Container: the process' -Tag Root -Skip:(-not $isRoot) {
    AfterEach { Get-Container | Remove-Container -Force }

    It 'takes -Environment as a hashtable and as texts' {
        Read-Inside (New-Container os1 -Environment @{ A = 'x y'; N = 3 }) 'echo "$A|$N"' | Should -Be 'x y|3'
        Read-Inside (New-Container os2 -Environment 'A=1=2', 'B=') 'echo "$A|${B-unset}"' | Should -Be '1=2|'
    }

    It 'gives the command nothing of this session''s environment' {
        $env:PSCONTAINER_SECRET = 'outside'
        try {
            $null = New-Container os1 -Command env
            $null = Wait-Container os1
            $names = (Get-ContainerLog os1).Text -replace '=.*'
            $names | Sort-Object | Should -Be HOME, HOSTNAME, PATH
        }
        finally { Remove-Item Env:PSCONTAINER_SECRET }
    }

    It 'runs as -User <User>' -ForEach @(
        @{ User = '1234'; Ids = '1234:0:0' }
        @{ User = '1234:99'; Ids = '1234:99:99' }
        @{ User = 'nobody'; Ids = (id -u nobody) + ':' + (id -g nobody) + ':' + (id -G nobody) }
        @{ User = '0'; Ids = '0:0:0' }
    ) {
        $null = New-Container os1 -User $User -Command sh -ArgumentList '-c', 'echo $(id -u):$(id -g):$(id -G | tr " " ,)'
        $null = Wait-Container os1
        (Get-ContainerLog os1).Text | Should -Be ($Ids -replace ' ', ',')
    }

    It 'gives another user than root no capability' {
        $null = New-Container os1 -User nobody -Command grep -ArgumentList '-E', 'Cap(Prm|Eff|Amb|Inh)|NoNewPrivs', /proc/self/status
        $null = Wait-Container os1
        (Get-ContainerLog os1).Text -replace '\s+', ' ' | Should -Be 'CapInh: 0000000000000000', 'CapPrm: 0000000000000000', 'CapEff: 0000000000000000', 'CapAmb: 0000000000000000', 'NoNewPrivs: 1'
    }

    It 'starts in -WorkingDirectory' {
        $null = New-Container os1 -WorkingDirectory /usr/bin -Command pwd
        $null = Wait-Container os1
        (Get-ContainerLog os1).Text | Should -Be /usr/bin
    }

    It 'hands arguments over as they are' {
        $odd = 'a b', '', '$(id)', '*', "two`nlines", "it's", '"q"', 'ü✓', '-x', '--'
        $null = New-Container os1 -Command printf -ArgumentList (@('[%s]') + $odd)
        $null = Wait-Container os1
        (Get-ContainerLog os1).Text -join "`n" | Should -Be (($odd | ForEach-Object { "[$_]" }) -join '')
    }
}

Describe 'New-Container: network' -Tag Root -Skip:(-not $isRoot) {
    AfterEach { Get-Container | Remove-Container -Force }

    It 'has loopback, up, and nothing else with -Network None' {
        $container = New-Container os1 -Network None
        Read-Inside $container 'ls /sys/class/net; cat /sys/class/net/lo/flags' | Should -Be "lo`n0x9"
        Read-Inside $container 'tail -n +3 /proc/net/dev | wc -l' | Should -Be 1
        (New-Container os2 -Network None).Pid | ForEach-Object { Get-NamespaceLink $_ net } | Should -Not -Be (Get-NamespaceLink $container.Pid net)
    }

    It 'shares this machine''s with -Network Host' {
        Get-NamespaceLink (New-Container os1 -Network Host).Pid net | Should -Be (Get-NamespaceLink $PID net)
    }
}

Describe 'New-Container: limits' -Tag Root -Skip:(-not $isRoot) {
    AfterEach { Get-Container | Remove-Container -Force }

    It 'takes -Memory <_>' -ForEach '40M', '40mb', '40MiB', '41943040', '40960k', 41943040, 40MB {
        (New-Container os1 -Memory $_).Limit.Memory | Should -Be 41943040
    }

    It 'writes them to the kernel' {
        $container = New-Container os1 -Memory 40MB -Cpus 0.5 -PidsLimit 33 -CpusetCpus 0
        $file = { param($v1, $v2) $isV1 ? (Get-Content "/sys/fs/cgroup/$v1") : (Get-Content "/sys/fs/cgroup$v2") }
        $path = $container.CgroupPath
        & $file "memory$path/memory.limit_in_bytes" "$path/memory.max" | Should -Be 41943040
        & $file "pids$path/pids.max" "$path/pids.max" | Should -Be 33
        & $file "cpuset$path/cpuset.cpus" "$path/cpuset.cpus" | Should -Be 0
        & $file "cpu$path/cpu.cfs_quota_us" "$path/cpu.max" | Should -Match '^50000( 100000)?$'
        Read-Inside $container nproc | Should -Be 1
    }

    It 'holds it to 2048 processes where nothing is said' {
        (New-Container os1).Limit.PidsLimit | Should -Be 2048
    }

    It 'kills what uses more memory, and says so' {
        $null = New-Container os1 -Memory 40MB -Command dd -ArgumentList 'if=/dev/zero', 'of=/dev/null', 'bs=60M', 'count=1'
        $exit = Wait-Container os1
        $exit.OomKilled | Should -BeTrue
        $exit.ExitCode | Should -Be 137
        (Get-Container os1).OomKilled | Should -BeTrue
        (Get-Container os1 | Out-String) | Should -Match OOM
    }
}

Describe 'New-Container -RootFs' -Tag Root, Busybox -Skip:(-not ($isRoot -and $hasBusybox)) {
    BeforeAll { $root = New-BusyboxRoot "$folder/busybox" }
    AfterEach { Get-Container | Remove-Container -Force }
    AfterAll { Remove-Item -Recurse "$folder/busybox" }

    It 'takes the folder as the root' {
        $container = New-Container os1 -RootFs $root
        $container.Image | Should -Be $root
        Read-Inside $container 'ls /' | Should -Be "bin`ndev`netc`nhome`nproc`nroot`nsys`ntmp"
    }

    It 'writes to a layer, not to the folder' {
        $before = (Get-ChildItem -Recurse $root | Select-Object FullName, Length, LastWriteTime | Out-String)
        Read-Inside (New-Container os1 -RootFs $root) 'rm /bin/cat; echo x >/etc/new; mkdir /a; ls /etc/new' | Should -Be /etc/new
        (Get-ChildItem -Recurse $root | Select-Object FullName, Length, LastWriteTime | Out-String) | Should -Be $before
    }

    It 'takes a relative folder from where PowerShell stands' {
        Push-Location $folder
        try { (New-Container os1 -RootFs ./busybox).Image | Should -Be $root }
        finally { Pop-Location }
    }

    It 'lets several containers share it' {
        $three = 1..3 | ForEach-Object { New-Container "os$_" -RootFs $root }
        foreach ($one in $three) { Read-Inside $one "echo $($one.Name) >/tmp/who" }
        $three | ForEach-Object { Read-Inside $_ 'cat /tmp/who' } | Should -Be os1, os2, os3
    }

    It 'looks up -User in the folder''s own files' {
        $null = New-Container os1 -RootFs $root -User app -Command sh -ArgumentList '-c', 'echo $(id -u):$(id -g):$(id -G | tr " " "\n" | sort -n | tr "\n" " "):$HOME'
        $null = Wait-Container os1
        (Get-ContainerLog os1).Text | Should -Be '1000:1001:10 44 1001 :/home'
    }

    It 'cannot be written with -ReadOnly' {
        Read-Inside (New-Container os1 -RootFs $root -ReadOnly) 'touch /x' | Should -Match 'Read-only file system'
    }
}
