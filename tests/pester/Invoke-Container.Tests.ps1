#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery { . $PSScriptRoot/Setting/All.ps1 }

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage invoke-container
    # Ended is not yet cleared: the supervisor has a last word.
    function Assert-Nothing {
        # The network that a container was on stays on record.
        Wait-Until { -not (Get-ChildItem -Recurse -File $env:PSCONTAINER_ROOT -ErrorAction Ignore | Where-Object { $_.Name -ne 'bridge.json' -and $_.Extension -ne '.filter' }) } 20 | Should -BeTrue
        Wait-Until { -not (Get-Process pscontainer -ErrorAction Ignore | Where-Object CommandLine -match ([regex]::Escape($folder))) } 20 | Should -BeTrue
    }
}

AfterAll { Exit-Storage }

Describe 'Invoke-Container' -Tag Root -Skip:(-not $isRoot) {
    AfterEach { Assert-Nothing }

    It 'gives lines, the exit code, and leaves nothing' {
        Invoke-Container -HostRoot sh -ArgumentList '-c', 'echo a; echo b; exit 4' | Should -Be a, b
        $LASTEXITCODE | Should -Be 4
        Get-Container | Should -BeNullOrEmpty
    }

    It 'makes the command PID 1 of its own namespaces' {
        Invoke-Container -HostRoot sh -ArgumentList '-c', 'echo $$' | Should -Be 1
        Invoke-Container -HostRoot readlink -ArgumentList /proc/self/ns/net | Should -Not -Be (Get-NamespaceLink $PID net)
    }

    It 'gives lines as they come' {
        $clock = [Diagnostics.Stopwatch]::StartNew()
        $times = Invoke-Container -HostRoot sh -ArgumentList '-c', 'echo a; sleep 1; echo b' | ForEach-Object { $clock.Elapsed.TotalSeconds }
        $times[1] - $times[0] | Should -BeGreaterThan 0.6
    }

    It 'keeps the error stream apart' {
        Invoke-Container -HostRoot sh -ArgumentList '-c', 'echo out; echo wrong >&2' -ErrorVariable failures 2>$null | Should -Be out
        "$failures" | Should -Be wrong
    }

    It 'feeds the pipeline to standard input, and ends it' {
        'b', 'a' | Invoke-Container -HostRoot sort | Should -Be a, b
        [byte[]](104, 105, 10) | Invoke-Container -HostRoot cat | Should -Be hi
        Invoke-Container -HostRoot wc -ArgumentList '-c' | Should -Be 0
    }

    It 'takes what New-Container takes' {
        Invoke-Container -HostRoot sh -ArgumentList '-c', 'echo "$A $(pwd) $(id -u) $(cat /proc/sys/kernel/hostname)"; touch /x 2>&1' -Environment @{ A = 1 } -WorkingDirectory /usr -User 1234 -Hostname box -ReadOnly -Memory 40MB |
            Should -Be '1 /usr 1234 box', "touch: cannot touch '/x': Read-only file system"
    }

    It 'runs on -RootFs' -Skip:(-not $hasBusybox) -Tag Busybox {
        Invoke-Container ls -ArgumentList / -RootFs (New-BusyboxRoot "$folder/busybox") | Should -Be bin, dev, etc, home, proc, root, sys, tmp
        Remove-Item -Recurse "$folder/busybox"
    }

    It 'is a container like others while it runs' {
        $pipeline = Start-Pipeline 'Invoke-Container -HostRoot sleep -ArgumentList 300 -Name front'
        Wait-Until { "$((Get-Container front -ErrorAction Ignore).Status)" -eq 'Running' } | Should -BeTrue
        Invoke-ContainerCommand front echo hi | Should -Be hi
        Stop-Container front -Timeout 0.2
        Wait-Until { $pipeline.Run.IsCompleted } | Should -BeTrue
        $null = Stop-Pipeline $pipeline
    }

    It 'ends and removes the container at Ctrl+C' {
        $pipeline = Start-Pipeline 'Invoke-Container -HostRoot sleep -ArgumentList 4646'
        Wait-Until { Get-Container -Status Running } | Should -BeTrue
        $container = Get-Container
        Stop-Pipeline $pipeline | Should -BeLessThan 4000
        Get-Process -Id $container.Pid -ErrorAction Ignore | Should -BeNullOrEmpty
        Wait-Until { -not (Get-Trace $container.Id) } | Should -BeTrue
        Get-Container | Should -BeNullOrEmpty
    }

    It 'ends and removes the container when the pipeline is left without its end' {
        Invoke-Container -HostRoot yes | Select-Object -First 2 | Should -Be y, y
        { 1..3 | ForEach-Object { $_; throw 'left' } | Invoke-Container -HostRoot cat } | Should -Throw left
        Get-Container | Should -BeNullOrEmpty
    }

    It 'leaves a container like others where the session is killed' {
        $session = Start-Session 'Invoke-Container -HostRoot sleep -ArgumentList 4747'
        $null = $session.StandardOutput.ReadLine()
        $session.StandardInput.WriteLine()
        Wait-Until { Get-Container -Status Running } | Should -BeTrue
        $container = Get-Container
        $session.Kill()
        $session.WaitForExit()
        Remove-Container $container -Force
        Get-Trace $container.Id | Should -BeNullOrEmpty
    }

    It 'prints the plan with -WhatIf, and runs nothing' {
        $plan = "$(Invoke-Unseen "Invoke-Container -HostRoot sh -ArgumentList '-c', 'echo no' -WhatIf")"
        $plan | Should -Match 'pivot_root\('
        $plan | Should -Match 'execve'
    }

    It 'says so for <Wish.Keys> <Wish.Values>: <Id>' -ForEach @(
        @{ Wish = @{ HostRoot = $true; Command = 'nosuchprogram' }; Id = 'CommandNotFound'; Category = 'ObjectNotFound' }
        @{ Wish = @{ HostRoot = $true; Command = '/etc/passwd' }; Id = 'CommandNotExecutable'; Category = 'InvalidArgument' }
        @{ Wish = @{ HostRoot = $true; Command = 'true'; Memory = 1KB }; Id = 'LimitTooSmall'; Category = 'InvalidArgument' }
        @{ Wish = @{ HostRoot = $true; Command = 'true'; Name = '../x' }; Id = 'ContainerNameInvalid'; Category = 'InvalidArgument' }
        @{ Wish = @{ Command = 'true'; RootFs = '/no/such' }; Id = 'RootFsNotFound'; Category = 'ObjectNotFound' }
    ) {
        Assert-Failure { Invoke-Container @Wish } $Id $Category
    }
}

Describe 'Invoke-Container as a native command' -Tag Root -Skip:(-not $isRoot) {
    It 'takes what a program writes to its error stream for no failure' {
        $said = & { $ErrorActionPreference = 'Stop'; Invoke-Container -HostRoot sh -ArgumentList '-c', 'echo warn >&2; echo out' 2>$null }
        $said | Should -Be out
        Invoke-Container -HostRoot sh -ArgumentList '-c', 'echo warn >&2; echo out' -ErrorAction Stop -ErrorVariable told 2>$null | Should -Be out
        "$told" | Should -Be warn
        $both = Invoke-Container -HostRoot sh -ArgumentList '-c', 'echo warn >&2' -ErrorAction Stop 2>&1
        $both | Should -BeOfType Management.Automation.ErrorRecord
        "$both" | Should -Be warn
    }

    It 'makes an exit code an error where native commands do' {
        { & { $ErrorActionPreference = 'Stop'; $PSNativeCommandUseErrorActionPreference = $true; Invoke-Container -HostRoot sh -ArgumentList '-c', 'exit 3' } } | Should -Throw -ErrorId 'ProgramExitedWithNonZeroCode,*'
        $LASTEXITCODE | Should -Be 3
        { & { $ErrorActionPreference = 'Stop'; $PSNativeCommandUseErrorActionPreference = $false; Invoke-Container -HostRoot sh -ArgumentList '-c', 'exit 3' } } | Should -Not -Throw
    }

    It 'sets a shell''s exit code where the program can''t be started: <Code>' -ForEach @(
        @{ Command = 'no-such-program'; Code = 127 }
        @{ Command = '/etc/passwd'; Code = 126 }
    ) {
        $global:LASTEXITCODE = 0
        $null = Invoke-Container -HostRoot $Command 2>&1
        $LASTEXITCODE | Should -Be $Code
        $container = New-Container
        try {
            $global:LASTEXITCODE = 0
            $null = Invoke-ContainerCommand $container $Command 2>&1
            $LASTEXITCODE | Should -Be $Code
            $global:LASTEXITCODE = 0
            $null = Enter-ContainerNamespace $container -Command $Command 2>&1
            $LASTEXITCODE | Should -Be $Code
        }
        finally { Remove-Container $container -Force }
    }

    It 'names an argument that is longer than the kernel takes' {
        $container = New-Container
        try {
            $failure = Get-Failure { Invoke-ContainerCommand $container echo ('long' * 40000) }
            $failure.FullyQualifiedErrorId | Should -BeLike 'ArgumentTooLong,*'
            $failure.Exception.Message | Should -Match "'longlong.*160000 bytes.*131071"
        }
        finally { Remove-Container $container -Force }
    }

    It 'lets any user listen on any port of its own network' {
        Invoke-Container -HostRoot cat -ArgumentList /proc/sys/net/ipv4/ip_unprivileged_port_start, /proc/sys/net/ipv4/ping_group_range | Should -Be '0', "0`t2147483647"
    }
}
