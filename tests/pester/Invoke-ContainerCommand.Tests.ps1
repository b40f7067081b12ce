#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery { . $PSScriptRoot/Setting/All.ps1 }

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage invoke-container-command
    # Seconds after the start at which each line came.
    function Measure-Line([scriptblock] $Script) {
        $clock = [Diagnostics.Stopwatch]::StartNew()
        & $Script | ForEach-Object { $clock.Elapsed.TotalSeconds }
    }
}

AfterAll { Exit-Storage }

Describe 'Invoke-ContainerCommand' -Tag Root -Skip:(-not $isRoot) {
    BeforeAll { $os1 = New-Container os1 -Environment @{ OWN = 'box' } }
    AfterAll { Get-Container | Remove-Container -Force }

    It 'runs in the container: its processes, its host name, its environment, its cgroup' {
        Invoke-ContainerCommand os1 -Command cat -ArgumentList /proc/sys/kernel/hostname | Should -Be $os1.ShortId
        Invoke-ContainerCommand os1 sh '-c' 'echo $OWN' | Should -Be box
        (Invoke-ContainerCommand os1 -Command ps -ArgumentList aux) -match '\binit$' | Should -HaveCount 1
        $link = Invoke-ContainerCommand os1 readlink /proc/self/ns/pid
        $link | Should -Be (Get-NamespaceLink $os1.Pid pid)
        Invoke-ContainerCommand os1 sh '-c' 'cut -d: -f3 /proc/self/cgroup | sort -u' | Should -Be /
    }

    It 'gives lines as strings, and the exit code as $LASTEXITCODE' {
        $out = Invoke-ContainerCommand os1 sh '-c' 'echo a; echo; echo c; exit 3'
        $out | Should -Be a, '', c
        $out[0] | Should -BeOfType string
        $LASTEXITCODE | Should -Be 3
        Invoke-ContainerCommand os1 true
        $LASTEXITCODE | Should -Be 0
    }

    It 'tells a signal as 128 and its number' {
        Invoke-ContainerCommand os1 sh '-c' 'kill -9 $$'
        $LASTEXITCODE | Should -Be 137
    }

    It 'gives lines as they come' {
        $times = Measure-Line { Invoke-ContainerCommand os1 sh '-c' 'echo a; sleep 1; echo b' }
        $times | Should -HaveCount 2
        $times[1] - $times[0] | Should -BeGreaterThan 0.6
    }

    It 'stops when the pipeline has enough' {
        $clock = [Diagnostics.Stopwatch]::StartNew()
        Invoke-ContainerCommand os1 yes | Select-Object -First 3 | Should -Be y, y, y
        $clock.Elapsed.TotalSeconds | Should -BeLessThan 5
        Wait-Until { -not (Invoke-ContainerCommand os1 pgrep '-x' yes) } | Should -BeTrue
    }

    It 'keeps the error stream apart' {
        $out = Invoke-ContainerCommand os1 sh '-c' 'echo out; echo wrong >&2; exit 1' -ErrorVariable failures 2>$null
        $out | Should -Be out
        "$failures" | Should -Be wrong
        $failures[0].FullyQualifiedErrorId | Should -Match '^NativeCommandError'
        $LASTEXITCODE | Should -Be 1
    }

    It 'feeds the pipeline to standard input, and ends it' {
        'b', 'a' | Invoke-ContainerCommand os1 sort | Should -Be a, b
        1..3 | Invoke-ContainerCommand os1 wc '-l' | Should -Be 3
        [byte[]](104, 105, 10) | Invoke-ContainerCommand os1 cat | Should -Be hi
        , [byte[]](0, 255) | Invoke-ContainerCommand os1 od '-An' '-tx1' | ForEach-Object Trim | Should -Be '00 ff'
        'ü✓' | Invoke-ContainerCommand os1 cat | Should -Be 'ü✓'
        @() | Invoke-ContainerCommand os1 wc '-c' | Should -Be 0
    }

    It 'has no standard input where nothing is piped' {
        Invoke-ContainerCommand os1 wc '-c' | Should -Be 0
    }

    It 'answers each piped line before the next comes' {
        $got = [Collections.Generic.List[string]]::new()
        1..3 | ForEach-Object { $_; Start-Sleep -Milliseconds 200; $got.Add("sent $_") } |
            Invoke-ContainerCommand os1 sh '-c' 'while read x; do echo "got $x"; done' | ForEach-Object { $got.Add($_) }
        $got.IndexOf('got 1') | Should -BeLessThan $got.IndexOf('sent 3')
        $got | Should -Contain 'got 3'
    }

    It 'carries much, both ways at once' {
        $line = 'x' * 1000
        (1..3000 | ForEach-Object { $line } | Invoke-ContainerCommand os1 cat | Measure-Object -Character).Characters | Should -Be 3000000
    }

    It 'goes on when the program reads no more' {
        1..50000 | Invoke-ContainerCommand os1 head '-n' 1 | Should -Be 1
    }

    It 'runs a script block with the container''s sh' {
        Invoke-ContainerCommand os1 { printenv OWN; exit 4 } | Should -Be box
        $LASTEXITCODE | Should -Be 4
    }

    It 'takes -Environment, -WorkingDirectory and -User' {
        Invoke-ContainerCommand os1 sh -ArgumentList '-c', 'echo "$OWN $A $(pwd) $(id -u)"' -Environment @{ A = 'x y' } -WorkingDirectory /usr -User 1234 | Should -Be 'box x y /usr 1234'
        Invoke-ContainerCommand os1 id '-un' -User nobody | Should -Be nobody
    }

    It 'gives a program no more than the container has' {
        $status = Invoke-ContainerCommand os1 grep -ArgumentList '-E', 'CapEff|CapBnd|NoNewPrivs', /proc/self/status
        $first = Get-Content "/proc/$($os1.Pid)/status" | Select-String 'CapEff|CapBnd|NoNewPrivs' | ForEach-Object Line
        $status | Should -Be $first
        Invoke-ContainerCommand os1 ls /proc/self/fd | Should -HaveCount 4
    }

    It 'hands arguments over as they are' {
        $odd = 'a b', '', '$(id)', '*', "it's", '"q"', 'ü✓', '--'
        Invoke-ContainerCommand os1 printf -ArgumentList (@('[%s]\n') + $odd) | Should -Be ($odd | ForEach-Object { "[$_]" })
    }

    It 'runs in several, by name, wildcard and object, each line tagged with its container' {
        $null = New-Container a1 -Hostname one
        $null = New-Container a2 -Hostname two
        try {
            $out = Invoke-ContainerCommand a* cat -ArgumentList /proc/sys/kernel/hostname
            $out | Should -Be one, two
            $out.ContainerName | Should -Be a1, a2
            Get-Container a* | Invoke-ContainerCommand -Command cat -ArgumentList /proc/sys/kernel/hostname | Should -Be one, two
            'to both' | Invoke-ContainerCommand a1, a2 cat | Should -BeNullOrEmpty
        }
        finally { Remove-Container a* -Force }
    }

    It 'ends the program in the container at Ctrl+C' {
        $pipeline = Start-Pipeline "Invoke-ContainerCommand os1 sleep 4343"
        Wait-Until { Invoke-ContainerCommand os1 pgrep '-f' 'sleep 4343' } | Should -BeTrue
        Stop-Pipeline $pipeline | Should -BeLessThan 3000
        Invoke-ContainerCommand os1 pgrep '-f' 'sleep 4343' | Should -BeNullOrEmpty
        "$((Get-Container os1).Status)" | Should -Be Running
    }

    It 'kills what does not hear Ctrl+C' {
        $pipeline = Start-Pipeline "Invoke-ContainerCommand os1 sh -ArgumentList '-c', 'trap : INT TERM HUP; echo up; while :; do sleep 0.1; done; echo 4444'"
        Wait-Until { $pipeline.Output.Count } | Should -BeTrue
        Stop-Pipeline $pipeline | Should -BeLessThan 5000
        Wait-Until { -not (Invoke-ContainerCommand os1 pgrep '-f' 'echo 4444') } | Should -BeTrue
    }

    It 'ends the program when the pipeline is left without its end' {
        { 1..3 | ForEach-Object { $_; throw 'left' } | Invoke-ContainerCommand os1 cat } | Should -Throw left
        { Invoke-ContainerCommand os1 yes | ForEach-Object { throw 'left' } } | Should -Throw left
        Wait-Until { -not (Invoke-ContainerCommand os1 pgrep '-x' 'cat|yes') } | Should -BeTrue
        Get-Process pscontainer | Where-Object CommandLine -match "exec $($os1.Id)" | Should -BeNullOrEmpty
    }
}

Describe 'Invoke-ContainerCommand on bad input' -Tag Root -Skip:(-not $isRoot) {
    BeforeAll {
        $null = New-Container os1
        $null = New-Container made -NoStart
        $null = New-Container ended -Command true
        $null = Wait-Container ended
    }
    AfterAll { Get-Container | Remove-Container -Force }

    It 'says so for <Container> <Command>: <Id>' -ForEach @(
        @{ Container = 'nope'; Command = 'true'; Id = 'ContainerNotFound'; Category = 'ObjectNotFound' }
        @{ Container = 'made'; Command = 'true'; Id = 'ContainerNotRunning'; Category = 'InvalidOperation' }
        @{ Container = 'ended'; Command = 'true'; Id = 'ContainerNotRunning'; Category = 'InvalidOperation' }
        @{ Container = 'os1'; Command = 'nosuchprogram'; Id = 'CommandNotFound'; Category = 'ObjectNotFound' }
        @{ Container = 'os1'; Command = '/no/such'; Id = 'CommandNotFound'; Category = 'ObjectNotFound' }
        @{ Container = 'os1'; Command = '/etc/passwd'; Id = 'CommandNotExecutable'; Category = 'InvalidArgument' }
    ) {
        Assert-Failure { Invoke-ContainerCommand $Container $Command } $Id $Category
    }

    It 'says so for -User <_>' -ForEach nosuchuser, '4294967296', '1:2:3' {
        $user = $_
        (Get-Failure { Invoke-ContainerCommand os1 true -User $user }).FullyQualifiedErrorId | Should -Match '^User(NotFound|Invalid),'
    }

    It 'says so for a folder that is a file' {
        Assert-Failure { Invoke-ContainerCommand os1 true -WorkingDirectory /etc/passwd } PathNotDirectory InvalidArgument
    }

    It 'says so where no container is named' {
        (Get-Failure { 'x' | Invoke-ContainerCommand -Command true }).FullyQualifiedErrorId | Should -Match '^ContainerMissing,'
        (Get-Failure { Invoke-ContainerCommand -Command true }).FullyQualifiedErrorId | Should -Match '^ContainerMissing,'
    }
}
