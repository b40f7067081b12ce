#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery {
    . $PSScriptRoot/Setting/All.ps1
    $hasScript = $isRoot -and (Test-Program script)
    $hasIp = $isRoot -and (Test-Program ip)
    $hasSetpriv = $isRoot -and (Test-Program setpriv)
}

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage enter-container-namespace
}

AfterAll { Exit-Storage }

Describe 'Enter-ContainerNamespace' -Tag Root -Skip:(-not $isRoot) {
    BeforeAll { $os1 = New-Container os1 -Environment @{ OWN = 'box' } -Hostname box }
    AfterAll { Get-Container | Remove-Container -Force }

    It 'enters all of a container: its root, environment, host name, processes, cgroup' {
        Enter-ContainerNamespace os1 -Command sh -ArgumentList '-c', 'echo $OWN; cat /proc/sys/kernel/hostname /proc/1/comm; touch /inside' | Select-Object -First 2 | Should -Be box, box
        Test-Path /inside | Should -BeFalse
        foreach ($type in 'pid', 'mnt', 'uts', 'ipc', 'net', 'cgroup') {
            Enter-ContainerNamespace os1 -Command readlink -ArgumentList "/proc/self/ns/$type" | Should -Be (Get-NamespaceLink $os1.Pid $type)
        }
        Get-Content "/proc/$($os1.Pid)/cgroup" | Should -Not -BeNullOrEmpty
    }

    It 'enters only -Type <Type>, with this machine''s files and tools' -ForEach @(
        @{ Type = 'Net' }, @{ Type = 'Uts' }, @{ Type = 'Ipc' }, @{ Type = 'Cgroup' }
    ) {
        $kind = $Type.ToLower()
        $links = Enter-ContainerNamespace -ProcessId $os1.Pid -Type $Type -Command sh -ArgumentList '-c', 'for n in pid mnt uts ipc net cgroup; do echo $n $(readlink /proc/self/ns/$n); done'
        foreach ($link in $links) {
            $name, $value = -split $link
            $value | Should -Be (Get-NamespaceLink ($name -eq $kind ? $os1.Pid : $PID) $name)
        }
    }

    It 'enters several -Type' {
        Enter-ContainerNamespace os1 -Type Net, Uts -Command sh -ArgumentList '-c', 'cat /proc/sys/kernel/hostname; ls /sys/../proc/self/ns >/dev/null; readlink /proc/self/ns/net /proc/self/ns/mnt' |
            Should -Be box, (Get-NamespaceLink $os1.Pid net), (Get-NamespaceLink $PID mnt)
    }

    It 'keeps this session''s environment and user for a process' {
        $env:PSCONTAINER_OWN = 'outside'
        try { Enter-ContainerNamespace -ProcessId $os1.Pid -Type Net -Command sh -ArgumentList '-c', 'echo $PSCONTAINER_OWN' | Should -Be outside }
        finally { Remove-Item Env:PSCONTAINER_OWN }
    }

    It 'enters all namespaces of a process' {
        Enter-ContainerNamespace -ProcessId $os1.Pid -Command readlink -ArgumentList /proc/self/ns/mnt | Should -Be (Get-NamespaceLink $os1.Pid mnt)
        Enter-ContainerNamespace -ProcessId $PID -Command readlink -ArgumentList /proc/self/ns/mnt | Should -Be (Get-NamespaceLink $PID mnt)
    }

    It 'takes a container, a process, and a namespace from the pipeline' {
        $os1 | Enter-ContainerNamespace -Command cat -ArgumentList /proc/sys/kernel/hostname | Should -Be box
        Get-Process -Id $os1.Pid | Enter-ContainerNamespace -Type Uts -Command cat -ArgumentList /proc/sys/kernel/hostname | Should -Be box
        [pscustomobject]@{ ProcessId = $os1.Pid } | Enter-ContainerNamespace -Type Uts -Command cat -ArgumentList /proc/sys/kernel/hostname | Should -Be box
        Get-Namespace uts | Where-Object ProcessId -eq $os1.Pid | Enter-ContainerNamespace -Type Uts -Command cat -ArgumentList /proc/sys/kernel/hostname | Should -Be box
    }

    It 'gives the exit code as $LASTEXITCODE, and the error stream apart' {
        Enter-ContainerNamespace os1 -Command sh -ArgumentList '-c', 'echo out; echo wrong >&2; exit 5' -ErrorVariable failures 2>$null | Should -Be out
        $LASTEXITCODE | Should -Be 5
        "$failures" | Should -Be wrong
    }

    It 'hands over no descriptor' {
        Enter-ContainerNamespace -ProcessId $os1.Pid -Type Net -Command ls -ArgumentList /proc/self/fd | Should -Be 0, 1, 2, 3
    }

    It 'enters a net namespace that ip netns made' -Skip:(-not $hasIp) {
        $name = "pester$PID"
        ip netns add $name
        $process = [Diagnostics.Process]::Start([Diagnostics.ProcessStartInfo]::new('ip', "netns exec $name sleep 300"))
        try {
            Wait-Until { (Get-NamespaceLink $process.Id net) -ne (Get-NamespaceLink $PID net) } | Should -BeTrue
            Enter-ContainerNamespace -ProcessId $process.Id -Type Net -Command ip -ArgumentList '-o', link | Should -Match '^1: lo:'
        }
        finally { $process.Kill(); $process.WaitForExit(); ip netns del $name }
    }

    It 'takes the command behind the container, and its arguments behind that' {
        Enter-ContainerNamespace os1 hostname | Should -Be (Enter-ContainerNamespace os1 -Command hostname)
        Enter-ContainerNamespace os1 echo one two | Should -Be 'one two'
        Enter-ContainerNamespace -ProcessId (Get-Container os1).Pid echo three | Should -Be three
    }

    It 'lets go at Ctrl+C' {
        $pipeline = Start-Pipeline 'Enter-ContainerNamespace os1 -Command sleep -ArgumentList 4848'
        Wait-Until { Invoke-ContainerCommand os1 pgrep '-f' 'sleep 4848' } | Should -BeTrue
        Stop-Pipeline $pipeline | Should -BeLessThan 3000
        Wait-Until { -not (Invoke-ContainerCommand os1 pgrep '-f' 'sleep 4848') } | Should -BeTrue
    }
}

Describe 'Enter-ContainerNamespace at a terminal' -Tag Root, Terminal -Skip:(-not $hasScript) {
    BeforeAll {
        $null = New-Container os1 -Hostname box
        # A pwsh at a terminal of its own; what is typed comes line by line, with time for an answer between.
        function Invoke-Terminal([string] $Script, [string[]] $Typed = @()) {
            $command = "$pwsh -NoProfile -Command `"Import-Module '$module'; $Script; 'code ' + `\`$LASTEXITCODE; stty -a | tr -s ' ;' '\n' | grep -x -- '-*\(icanon\|echo\|isig\)'`""
            $typing = '(sleep 3; ' + ($Typed | ForEach-Object { "printf '%b' '$_'; sleep 0.5; " }) + 'sleep 0.5)'
            sh -c "$typing | timeout 30 script -qec `"`$0`" /dev/null" $command | ForEach-Object { $_ -replace '\e(=|>|\[[\d;?]*[a-zA-Z])' -replace "`r" }
        }
    }
    AfterAll { Get-Container | Remove-Container -Force }

    It 'is a shell in the container, with a terminal, and leaves the terminal sane' {
        $screen = Invoke-Terminal 'Enter-ContainerNamespace os1' 'echo at $(cat /proc/sys/kernel/hostname) $(tty)\n', 'sleep 100\n', '\003', 'exit 7\n'
        $screen -match '^at box /dev/' | Should -HaveCount 1
        $screen -match '^code 7$' | Should -HaveCount 1
        $screen -match '^-*(icanon|isig|echo)$' | Sort-Object | Should -Be echo, icanon, isig
    }

    It 'gives a shell that is named the terminal as well' {
        $screen = Invoke-Terminal 'Enter-ContainerNamespace os1 sh' 'echo at $(cat /proc/sys/kernel/hostname) $(tty)\n', 'exit 6\n'
        $screen -match '^at box /dev/' | Should -HaveCount 1
        $screen -match '^code 6$' | Should -HaveCount 1
    }

    It 'gives a program of this machine a terminal with echo and lines, which a prompt may have off' {
        $screen = Invoke-Terminal 'stty -echo -icanon -icrnl; Enter-ContainerNamespace os1 -Type Net -Interactive -Command stty -ArgumentList @(''-a''); stty -a'
        $set = -split ($screen -join ' ') -replace ';'
        $set -match '^-?echo$' | Select-Object -First 2 | Should -Be 'echo', '-echo'
        $set -match '^-?icanon$' | Select-Object -First 2 | Should -Be 'icanon', '-icanon'
        $set -match '^-?icrnl$' | Select-Object -First 2 | Should -Be 'icrnl', '-icrnl'
    }
}

Describe 'Enter-ContainerNamespace on bad input' -Tag Root -Skip:(-not $isRoot) {
    BeforeAll {
        $null = New-Container os1
        $null = New-Container made -NoStart
    }
    AfterAll { Get-Container | Remove-Container -Force }

    It 'says so for <Wish.Keys> <Wish.Values>: <Id>' -ForEach @(
        @{ Wish = @{ ProcessId = [int]::MaxValue }; Id = 'NamespaceProcessNotFound'; Category = 'ObjectNotFound' }
        @{ Wish = @{ ProcessId = [int]::MaxValue; Type = 'Net' }; Id = 'NamespaceProcessNotFound'; Category = 'ObjectNotFound' }
        @{ Wish = @{ Container = 'nope' }; Id = 'ContainerNotFound'; Category = 'ObjectNotFound' }
        @{ Wish = @{ Container = 'made' }; Id = 'ContainerNotRunning'; Category = 'InvalidOperation' }
        @{ Wish = @{ Container = 'made'; Type = 'Net' }; Id = 'ContainerNotRunning'; Category = 'InvalidOperation' }
        @{ Wish = @{ Container = 'os1'; Command = '/no/such' }; Id = 'CommandNotFound'; Category = 'ObjectNotFound' }
    ) {
        $call = @{ Command = 'true' } + ($Wish.Clone() | ForEach-Object { $_.Remove('Command'); $_ })
        if ($Wish.Command) { $call.Command = $Wish.Command }
        Assert-Failure { Enter-ContainerNamespace @call } $Id $Category
    }

    It 'says so for a process that has ended' {
        $process = [Diagnostics.Process]::Start('true')
        $process.WaitForExit()
        Assert-Failure { Enter-ContainerNamespace -ProcessId $process.Id -Type Net -Command true } NamespaceProcessNotFound ObjectNotFound
    }

    It 'refuses -ProcessId <_>' -ForEach 0, -1, 'banana' {
        $number = $_
        (Get-Failure { Enter-ContainerNamespace -ProcessId $number -Command true }).FullyQualifiedErrorId | Should -Match '^(ParameterArgumentValidationError|CannotConvertArgument)'
    }

    It 'refuses a type that there is not' {
        { Enter-ContainerNamespace os1 -Type banana -Command true } | Should -Throw -ErrorId 'CannotConvertArgumentNoMessage,*'
    }

    It 'says so for a wildcard that means several, or none' {
        (Get-Failure { Enter-ContainerNamespace * -Command true }).FullyQualifiedErrorId | Should -Match '^Container(Ambiguous|NotFound),'
        (Get-Failure { Enter-ContainerNamespace none* -Command true }).FullyQualifiedErrorId | Should -Match '^ContainerNotFound,'
    }

    It 'says so for a shell where there is no terminal' {
        $session = Start-Session 'Enter-ContainerNamespace os1 -ErrorVariable e -ErrorAction SilentlyContinue; $e[0].FullyQualifiedErrorId'
        $null = $session.StandardOutput.ReadLine()
        $session.StandardInput.WriteLine()
        $session.StandardOutput.ReadToEnd() | Should -Match '^TerminalMissing,'
    }

    It 'says what is needed without the rights' -Skip:(-not $hasSetpriv) {
        Invoke-AsNobody 'Enter-ContainerNamespace -ProcessId 1 -Type Net -Command true -ErrorVariable e -ErrorAction SilentlyContinue; $e[0].FullyQualifiedErrorId; $e[0].CategoryInfo.Category; [bool]$e[0].ErrorDetails.RecommendedAction' |
            ForEach-Object { $_ -replace ',.*' } | Should -Be PermissionDenied, PermissionDenied, True
    }
}
