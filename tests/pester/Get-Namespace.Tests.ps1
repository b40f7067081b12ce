#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery {
    . $PSScriptRoot/Setting/All.ps1
    $hasLsns = Test-Program lsns
    $hasIp = $isRoot -and (Test-Program ip)
}

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage get-namespace

    # A session of its own, so that one signal ends the command and all its children.
    function Start-Group([string[]] $Command) {
        $start = [Diagnostics.ProcessStartInfo]::new('setsid')
        $Command | ForEach-Object { $start.ArgumentList.Add($_) }
        $process = [Diagnostics.Process]::Start($start)
        $groups.Add($process)
        $process
    }

    # unshare(1) takes a moment until it is where it goes: waits for the link to differ from this session's.
    function Wait-OtherNamespace([int] $ProcessId, [string] $Type) {
        $own = (Get-Item "/proc/self/ns/$Type").LinkTarget
        for ($i = 0; $i -lt 200; $i++) {
            $link = (Get-Item "/proc/$ProcessId/ns/$Type" -ErrorAction Ignore).LinkTarget
            if ($link -and $link -ne $own) { return [uint64]($link -replace '\D') }
            Start-Sleep -Milliseconds 20
        }
        throw "process $ProcessId is still in $own"
    }

    function Stop-Group {
        foreach ($group in $groups) {
            sh -c "kill -9 -$($group.Id) 2>/dev/null"
            $group.WaitForExit(5000) | Should -BeTrue
        }
        $groups.Clear()
    }

    $groups = [Collections.Generic.List[Diagnostics.Process]]::new()
}

AfterAll { Exit-Storage }

Describe 'Get-Namespace beside lsns' -Tag Parity {
    AfterEach { Stop-Group }

    It 'shows every row that lsns shows' -Skip:(-not $hasLsns) {
        # lsns counts itself. Processes come and go between the two, so that their numbers are compared only where two looks in a row agree.
        $agrees = $false
        for ($attempt = 0; $attempt -lt 10 -and -not $agrees; $attempt++) {
            $ours = Get-Namespace | Where-Object NProcs -gt 0 | ForEach-Object {
                '{0} {1} {2} {3} {4} {5} {6}' -f $_.Id, "$($_.Type)".ToLower(), $_.NProcs, $_.ProcessId, $_.User, [uint64]$_.PNS, [uint64]$_.ONS
            }
            $own = Get-Namespace -ProcessId $PID | ForEach-Object Id
            $theirs = lsns -n -r -o NS,TYPE,NPROCS,PID,USER,PNS,ONS | ForEach-Object {
                $f = $_ -split ' '
                if ([uint64]$f[0] -in $own) { $f[2] = [int]$f[2] - 1 }
                $f -join ' '
            }
            $missing = @($theirs | Where-Object { $_ -notin $ours })
            $agrees = $missing.Count -eq 0 -and @($theirs).Count -eq @($ours).Count
        }
        $missing | Should -BeNullOrEmpty
        $agrees | Should -BeTrue
    }

    It 'shows the same command as lsns' -Skip:(-not ($hasLsns -and $isRoot)) {
        $process = Start-Group unshare, '-u', sleep, 300
        $uts = Wait-OtherNamespace $process.Id uts
        (Get-Namespace -Id $uts).Command | Should -Be (lsns -n -r -o COMMAND -t uts $uts).Replace('\x20', ' ').Trim()
    }
}

Describe 'Get-Namespace' {
    AfterEach { Stop-Group }

    It 'gives typed objects' {
        $net = Get-Namespace | Where-Object Type -eq net | Select-Object -First 1
        $net | Should -BeOfType PSContainer.Engine.Namespaces.NamespaceInfo
        $net.Id | Should -BeOfType uint64
        $net.NProcs | Should -BeOfType int
        $net.ProcessId | Should -BeOfType int
    }

    It 'finds this session in the namespaces of its links: <_>' -ForEach cgroup, ipc, mnt, net, pid, user, uts {
        $found = Get-Namespace -ProcessId $PID -Type $_
        "$found" | Should -Be (Get-Item "/proc/$PID/ns/$_").LinkTarget
        $found.ProcessIds | Should -Contain $PID
    }

    It 'takes a process, its number, a text, an object, and a namespace from the pipeline' {
        $expected = (Get-Namespace -ProcessId $PID).Id
        (Get-Process -Id $PID | Get-Namespace).Id | Should -Be $expected
        ($PID | Get-Namespace).Id | Should -Be $expected
        ("$PID" | Get-Namespace).Id | Should -Be $expected
        ([pscustomobject]@{ ProcessId = $PID } | Get-Namespace).Id | Should -Be $expected
        (Get-Namespace -ProcessId $PID | Get-Namespace).Id | Should -Be $expected
    }

    It 'means by Id what -Id means, in objects, numbers, texts and rows' {
        $net = Get-Namespace -ProcessId $PID -Type net
        (Get-Namespace -Id $net.Id).Id | Should -Be $net.Id
        $forms = $net.Id, "$($net.Id)", ($net | Select-Object Id, ProcessId), [pscustomobject]@{ Id = [long]$net.Id }, [pscustomobject]@{ Id = "$($net.Id)" }
        foreach ($form in $forms) { ($form | Get-Namespace).Id | Should -Be $net.Id }
    }

    It 'is no list of processes: <_>' -ForEach 'Stop-Process -WhatIf', 'Get-Process', 'Wait-Process -Timeout 1' {
        Get-ErrorId ([scriptblock]::Create("Get-Namespace -ProcessId $PID | $_")) | Should -Match '^InputObjectNotBound'
    }

    It 'leads to its process, where a process is wanted' -Skip:(-not $isRoot) {
        $process = Start-Group unshare, '-u', sleep, 300
        $uts = Wait-OtherNamespace $process.Id uts
        Get-Namespace -Id $uts | Enter-ContainerNamespace -Type uts -Command readlink -ArgumentList /proc/self/ns/uts | Should -Be "uts:[$uts]"
    }

    It 'lists a namespace once that many processes share' {
        @(Get-Process -Id $PID, $PID | Get-Namespace -Type uts).Count | Should -Be 1
    }

    It 'lists nothing for input that is empty' {
        Get-Process -Name 'no such process*' | Get-Namespace | Should -BeNullOrEmpty
    }

    It 'shows TYPE in lower case' {
        Get-Namespace uts | Out-String | Should -MatchExactly '\buts\b'
    }

    It 'shows a namespace made by unshare, and no longer once it is gone' -Skip:(-not $isRoot) {
        $process = Start-Group unshare, '-n', sleep, 300
        $net = Wait-OtherNamespace $process.Id net
        $found = Get-Namespace -Id $net
        $found.ProcessId | Should -Be $process.Id
        $found.NProcs | Should -Be 1
        $found.NetNsIdText | Should -Be unassigned
        $process.Kill(); $process.WaitForExit()
        for ($i = 0; $i -lt 100 -and (Get-Namespace -Id $net -ErrorAction Ignore); $i++) { Start-Sleep -Milliseconds 20 }
        Get-ErrorId { Get-Namespace -Id $net } | Should -Be NamespaceNotFound
    }

    It 'follows parents and owners through nested user and pid namespaces' -Skip:(-not $isRoot) {
        $process = Start-Group unshare, '-Upf', sleep, 300
        $user = Wait-OtherNamespace $process.Id user
        for ($i = 0; $i -lt 100 -and -not ($pids = @(Get-Namespace pid | Where-Object ONS -eq $user)); $i++) { Start-Sleep -Milliseconds 20 }
        $own = Get-Namespace -ProcessId $PID -Type user
        (Get-Namespace -Id $user).PNS | Should -Be $own.Id
        $pids.PNS | Should -Be (Get-Namespace -ProcessId $PID -Type pid).Id
        (Get-Namespace -Id $user).KeptAliveBy.Namespace | Should -Contain $pids.Id
    }

    It 'shows a net namespace that only a mount keeps' -Skip:(-not $hasIp) {
        $name = "pester$PID"
        ip netns add $name
        try {
            $found = Get-Namespace net | Where-Object NsFs -contains "/run/netns/$name"
            $found.NProcs | Should -Be 0
            $found.ProcessId | Should -BeNullOrEmpty
            "$($found.KeptAliveBy)" | Should -Match "mount /run/netns/$name"
        }
        finally { ip netns del $name }
    }

    It 'shows a net namespace that only a descriptor keeps' -Skip:(-not $hasIp) {
        $name = "pester$PID"
        ip netns add $name
        try { $process = Start-Group sh, '-c', "exec 7</run/netns/$name; sleep 300" ; Start-Sleep -Milliseconds 300
            $net = (Get-Namespace net | Where-Object NsFs -contains "/run/netns/$name").Id }
        finally { ip netns del $name }
        $keepers = (Get-Namespace -Id $net).KeptAliveBy | Where-Object Kind -eq Descriptor
        $keepers.ProcessId | Should -Contain $process.Id
        $keepers.Descriptor | Should -Contain 7
    }
}

Describe 'Get-Namespace on bad input' {
    AfterEach { Stop-Group }

    It 'says so for a process that never was, and lists the rest' {
        Get-ErrorId { Get-Namespace -ProcessId 2147483647 } | Should -Be NamespaceProcessNotFound
        @(Get-Namespace -ProcessId 2147483647, $PID -Type uts -ErrorAction Ignore).Count | Should -Be 1
    }

    It 'says so for a process that has ended' {
        $process = Start-Group true
        $process.WaitForExit()
        Get-ErrorId { $process | Get-Namespace } | Should -Be NamespaceProcessNotFound
    }

    It 'gives one error a piece, with the input as its target' {
        $null = Get-Namespace -ProcessId 2147483646, -3 -Id 5 -ErrorVariable failures 2>$null
        $failures.TargetObject | Sort-Object | Should -Be (-3, 5, 2147483646)
        $failures.CategoryInfo.Category | Select-Object -Unique | Should -Be ObjectNotFound
    }

    It 'says so for a container that is not there, but not for a wildcard' {
        Get-ErrorId { Get-Namespace -Container nosuchcontainer } | Should -Be NamespaceContainerNotFound
        Get-ErrorId { Get-Namespace -Container nosuch* } | Should -BeNullOrEmpty
    }

    It 'says so for input that is neither process nor container nor namespace' {
        Get-ErrorId { [datetime]::Now | Get-Namespace } | Should -Be NamespaceInputNotUnderstood
    }

    It 'refuses a kind that there is not' {
        { Get-Namespace -Type banana } | Should -Throw -ErrorId 'CannotConvertArgumentNoMessage,*'
    }

    It 'says what is needed where a process may not be looked into' -Skip:(-not $isRoot) {
        $process = Start-Group sleep, 300
        $script = "Get-Namespace -ProcessId $($process.Id) -ErrorVariable e 2>`$null; `$e.FullyQualifiedErrorId; `$e.CategoryInfo.Category; `$e.ErrorDetails.RecommendedAction"
        $text = Invoke-AsNobody $script
        $text | Select-Object -First 1 | Should -BeLike 'NamespaceProcessDenied*'
        $text | Should -Contain PermissionDenied
        "$text" | Should -Match CAP_SYS_PTRACE
    }
}
