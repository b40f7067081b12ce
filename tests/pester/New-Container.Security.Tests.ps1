#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery {
    . $PSScriptRoot/Setting/All.ps1
    $refused = @(
        @{ Options = @{ CapAdd = 'SYS_GOD' }; Id = 'CapabilityUnknown' }, @{ Options = @{ CapAdd = 'KILL'; CapDrop = 'KILL' }; Id = 'CapabilityContradiction' }
        @{ Options = @{ Privileged = $true; CapDrop = 'KILL' }; Id = 'PrivilegedContradiction' }, @{ Options = @{ Privileged = $true; SecurityOption = 'mask=/x' }; Id = 'PrivilegedContradiction' }
        @{ Options = @{ SecurityOption = 'nonsense' }; Id = 'SecurityOptionInvalid' }, @{ Options = @{ SecurityOption = "mask=/a`e[31m" }; Id = 'SecurityOptionInvalid' }
        @{ Options = @{ SecurityOption = 'seccomp=absent.json' }; Id = 'SeccompFileNotFound' }, @{ Options = @{ SecurityOption = 'seccomp=/etc/passwd' }; Id = 'SeccompInvalid' }
        @{ Options = @{ Device = '/dev/absent' }; Id = 'DeviceNotFound' }, @{ Options = @{ Device = '/dev/shm' }; Id = 'DeviceInvalid' }, @{ Options = @{ Device = '/etc/passwd' }; Id = 'DeviceInvalid' }
        @{ Options = @{ DeviceCgroupRule = 'c 1:3' }; Id = 'DeviceRuleInvalid' }, @{ Options = @{ Ulimit = 'nofile=9:1' }; Id = 'UlimitInvalid' }, @{ Options = @{ GroupAdd = 'absent' }; Id = 'UserNotFound' }
        @{ Options = @{ Sysctl = @{ 'kernel.core_pattern' = 'x' } }; Id = 'SysctlInvalid' }, @{ Options = @{ Sysctl = 'net.ipv4.ip_forward=1+kernel.core_pattern=x' }; Id = 'SysctlInvalid' }
        @{ Options = @{ Sysctl = 'net.ipv4.ip_forward=1'; Network = 'Host' }; Id = 'SysctlInvalid' }, @{ Options = @{ Sysctl = "net.ipv4.ip_forward=1`n2" }; Id = 'SysctlInvalid' }
    ) | ForEach-Object { $_ + @{ Shown = ($_.Options.GetEnumerator() | ForEach-Object { "-$($_.Key) $($_.Value)" -replace '[^\x20-\x7e]', '?' }) -join ' ' } }
    $hasAppArmor = (Test-Path /sys/module/apparmor/parameters/enabled) -and (Get-Content /sys/module/apparmor/parameters/enabled) -eq 'Y'
}

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage new-container-security
    function Read-Status($Container, [string] $Key) { ((Read-Inside $Container 'cat /proc/self/status') -split "`n" -match "^${Key}:")[0] -replace '^\w+:\s*' }
}

AfterAll { Exit-Storage }

Describe 'New-Container: the wall' -Tag Root -Skip:(-not $isRoot) {
    AfterEach { Get-Container | Remove-Container -Force }

    It 'has docker''s filter by default, for its first process and for who enters' {
        $container = New-Container os1
        Read-Status $container Seccomp | Should -Be 2
        Read-Inside $container 'unshare -m true' | Should -Match 'not permitted'
        (Enter-ContainerNamespace os1 -Command grep -ArgumentList '^Seccomp:', '/proc/self/status') -join '' | Should -Match '2$'
        "$($container.Security)" | Should -Be default
    }

    It 'adds and drops capabilities' {
        Read-Status (New-Container os1 -CapAdd NET_ADMIN, cap_sys_ptrace -CapDrop chown) CapEff | Should -Be 00000000a80c35fa
        Read-Status (New-Container os2 -CapDrop All) CapBnd | Should -Be 0000000000000000
        Read-Inside (New-Container os3 -CapAdd SYS_ADMIN) 'mount -t tmpfs x /mnt && echo mounted' | Should -Be mounted
    }

    It 'opens everything to -Privileged, and marks it' {
        $container = New-Container os1 -Privileged
        Read-Status $container Seccomp | Should -Be 0
        Read-Status $container NoNewPrivs | Should -Be 0
        Read-Status $container CapEff | Should -Be (-split (Select-String '^CapEff:' /proc/self/status).Line)[1]
        Read-Inside $container 'mount -t tmpfs x /mnt && echo mounted; echo 1 >/proc/sys/net/ipv4/ip_forward && echo written; test -w /sys/fs/cgroup && echo cgroup' | Should -Be "mounted`nwritten`ncgroup"
        $container.Security.Privileged | Should -BeTrue
        $table = (Get-Container | Format-Table | Out-String -Width 160) -split "`n" -match '^os1'
        $table | Should -Match "^os1 +$($container.ShortId) +Running! "
    }

    It 'takes a filter of one''s own, or none' {
        Set-Content "$folder/profile.json" '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdir","mkdirat"],"action":"SCMP_ACT_ERRNO","errnoRet":28}]}'
        Push-Location $folder
        try { $container = New-Container os1 -SecurityOption seccomp=profile.json }
        finally { Pop-Location }
        Read-Inside $container 'mkdir /tmp/x' | Should -Match 'No space left'
        $container.Security.Seccomp | Should -Be "$folder/profile.json"
        Read-Status (New-Container os2 -SecurityOption seccomp=unconfined) Seccomp | Should -Be 0
    }

    It 'lets programs gain rights only on wish' {
        Read-Status (New-Container os1) NoNewPrivs | Should -Be 1
        $container = New-Container os2 -SecurityOption no-new-privileges=false
        Read-Status $container NoNewPrivs | Should -Be 0
        Read-Status $container Seccomp | Should -Be 2
    }

    It 'masks and unmasks paths' {
        $script = 'cat /etc/hostname; grep -c " /proc/sys " /proc/self/mountinfo; ( : >>/proc/sys/net/ipv4/ip_forward ) && echo written'
        Read-Inside (New-Container os1 -SecurityOption 'mask=/etc/hostname', 'unmask=/proc/sys') $script | Should -Be "0`nwritten"
        Read-Inside (New-Container os2 -Hostname box) $script | Should -Match '^box\n1\n.*Read-only'
    }

    It 'gives devices with their access and no more' {
        # Of a number that is nobody's, the kernel says so only to whom the rules let ask.
        $container = New-Container os1 -Device '/dev/zero:/dev/nothing:r' -DeviceCgroupRule 'c 250:77 r'
        Read-Inside $container 'head -c 3 /dev/nothing | wc -c; mknod /tmp/x c 250 77; (: </tmp/x); (: >>/tmp/x)' | Should -Match '^3\n.*No such device.*\n.*not permitted$'
    }

    It 'sets kernel settings, limits and groups' {
        $container = New-Container os1 -Sysctl @{ 'net.ipv4.ip_default_ttl' = 41; 'kernel.shmmax' = '1000000' } -Ulimit nofile=50:60, core=0 -User 33 -GroupAdd 44, 1234
        Read-Inside $container 'cat /proc/sys/net/ipv4/ip_default_ttl /proc/sys/kernel/shmmax; ulimit -n; ulimit -Hn; ulimit -c' | Should -Be "41`n1000000`n50`n60`n0"
        (-split (Read-Status $container Groups) | Sort-Object { [int]$_ }) -join ' ' | Should -Match ' ?44 1234$'
    }

    It 'keeps its wall over a restart' {
        $container = New-Container os1 -CapDrop KILL -SecurityOption seccomp=unconfined
        $container | Stop-Container | Start-Container
        Read-Status $container Seccomp | Should -Be 0
        "$((Get-Container os1).Security)" | Should -Be '-KILL seccomp=unconfined'
    }

    It 'prints the filter in the plan' {
        $lines = New-Container os1 -WhatIf 6>&1 | Out-String
        $lines | Should -Match 'seccomp\(SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW'
        Get-Container | Should -BeNullOrEmpty
    }

    It 'refuses <Shown>' -ForEach $refused {
        Get-ErrorId { New-Container os1 @Options } | Should -Be $Id
        Get-Container | Should -BeNullOrEmpty
    }

    It 'refuses a profile of an LSM that the kernel has not' -Skip:$hasAppArmor {
        Get-ErrorId { New-Container os1 -SecurityOption apparmor=docker-default } | Should -Be LsmMissing
        Get-ErrorId { New-Container os1 -SecurityOption label=type:x_t } | Should -Be LsmMissing
        (New-Container os1 -SecurityOption apparmor=unconfined, label=disable).Status | Should -Be Running
    }
}

Describe 'Invoke-Container: the wall' -Tag Root -Skip:(-not $isRoot) {
    It 'has the primary group among the supplementary ones' {
        Invoke-Container -HostRoot -Command grep -User 5:7 -ArgumentList '^Groups:', /proc/self/status | Should -Match '7\s*$'
        Invoke-Container -HostRoot -Command grep -ArgumentList '^Groups:', /proc/self/status | Should -Match '0\s*$'
    }

    It 'takes the same parameters' {
        Invoke-Container -HostRoot -Command grep -CapDrop ALL -CapAdd KILL -ArgumentList '^CapEff', /proc/self/status | Should -Be "CapEff:`t0000000000000020"
    }
}

Describe 'The names of the wall' {
    It 'completes capabilities, with and without their prefix' {
        (TabExpansion2 'New-Container -CapAdd sys_p').CompletionMatches.CompletionText | Should -Be SYS_PTRACE, SYS_PACCT
        (TabExpansion2 'New-Container -CapDrop CAP_CHO').CompletionMatches.CompletionText | Should -Be CAP_CHOWN
        (TabExpansion2 'New-Container -CapDrop al').CompletionMatches.CompletionText | Should -Be ALL
        (TabExpansion2 'New-Container -SecurityOption secc').CompletionMatches.CompletionText | Should -Contain seccomp=unconfined
    }

    It 'names the default profile of this machine' { (Get-ContainerHost).SeccompProfile | Should -Match 'moby' }
}
