#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery {
    . $PSScriptRoot/Setting/All.ps1
    $takers = 'New-Container', 'Invoke-Container', 'Invoke-ContainerCommand', 'Enter-ContainerNamespace'
}

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage words
    if ($isRoot) { $null = New-Container box }
}

AfterAll { Exit-Storage }

Describe 'What stands behind the cmdlet' -Tag Root -Skip:(-not $isRoot) {
    BeforeAll { $null = New-Item -ItemType Directory "$folder/root/bin"; Copy-Item (Get-Command busybox).Source "$folder/root/bin/busybox"; $null = New-Item -ItemType SymbolicLink "$folder/root/bin/sh" -Target busybox; Import-ContainerImage "$folder/root" -Name small:1 | Out-Null }

    It 'is an image, a program and its arguments: <_>' -ForEach @(
        { Invoke-Container small:1 busybox echo a b }
        { Invoke-Container -Image small:1 busybox echo a b }
        { Invoke-Container small:1 -Command busybox -ArgumentList echo, a, b }
        { Invoke-Container -RootFs "$folder/root" busybox echo a b }
        { Invoke-Container -HostRoot busybox echo a b }
        { Invoke-Container -HostRoot -- busybox echo a b }
        { Invoke-Container -HostRoot { busybox echo a b } }
        { Invoke-ContainerCommand box busybox echo a b }
        { Enter-ContainerNamespace box busybox echo a b }
        { New-Container once small:1 busybox echo a b | Wait-Container | Out-Null; Get-ContainerLog once; Remove-Container once }
        { New-Container once -RootFs "$folder/root" busybox echo a b | Wait-Container | Out-Null; Get-ContainerLog once; Remove-Container once }
        { New-Container once -HostRoot busybox echo a b | Wait-Container | Out-Null; Get-ContainerLog once; Remove-Container once }
        { New-Container once -RootFs "$folder/root" -Command busybox echo a b | Wait-Container | Out-Null; Get-ContainerLog once; Remove-Container once }
    ) {
        & $_ | ForEach-Object { "$_" } | Should -Be 'a b'
    }

    It 'is one root: <_>' -ForEach @(
        { New-Container x -Image small:1 -HostRoot }
        { New-Container x -Image small:1 -RootFs / }
        { New-Container x -RootFs / -HostRoot }
        { Invoke-Container -Image small:1 -HostRoot true }
    ) {
        $_ | Should -Throw -ErrorId 'AmbiguousParameterSet,*'
    }

    It 'is several names, for a container each' {
        (New-Container w1, w2).Name | Should -Be w1, w2
        'w3', 'w4' | New-Container -NoStart | ForEach-Object Name | Should -Be w3, w4
        Remove-Container w1, w2, w3, w4 -Force
    }
}

Describe 'A word with a dash' -Tag Root -Skip:(-not $isRoot) {
    It 'that PowerShell has kept is an error, and nothing runs: <_>' -ForEach @(
        { Invoke-Container -HostRoot ls -la / }
        { Invoke-Container -HostRoot sh -c 'echo hi' }
        { Invoke-Container -HostRoot find / -maxdepth 0 -user root }
        { Invoke-Container -HostRoot find / -maxdepth 0 -name x }
        { Invoke-Container -HostRoot tar -cf a b }
        { Invoke-Container -HostRoot mkdir -p /x }
        { Invoke-Container -HostRoot -Command ls -la / }
        { Invoke-ContainerCommand box cat -n /etc/passwd }
        { Invoke-ContainerCommand box ls `
            -la / }
        { Enter-ContainerNamespace box ps -ef -t x }
        { New-Container os1 -HostRoot sleep -m 3 }
    ) {
        $failure = Get-Failure $_
        $failure.FullyQualifiedErrorId | Should -BeLike 'WordTaken,*'
        $failure.CategoryInfo.Category | Should -Be InvalidArgument
        Get-Container os1* | Should -BeNullOrEmpty
        # What it recommends works, or at least gets to the program.
        $failure.ErrorDetails.RecommendedAction | Should -Match '\{ (ls|sh|find|tar|mkdir|cat|ps|sleep) .*\}, or .* -- \w+'
    }

    It 'before the program is no parameter, and maybe docker''s: <Typed>' -ForEach @(
        @{ Typed = { Invoke-Container -v /a:/b box ls }; Says = '-Volume' }
        @{ Typed = { Invoke-Container --memory 4m box ls }; Says = '-Memory' }
        @{ Typed = { Invoke-Container -foo box ls }; Says = 'Get-Help Invoke-Container' }
        @{ Typed = { Invoke-ContainerCommand -u root box id }; Says = '-User' }
    ) {
        $failure = Get-Failure $Typed
        $failure.FullyQualifiedErrorId | Should -BeLike 'ParameterUnknown,*'
        $failure.ErrorDetails.RecommendedAction | Should -Match ([regex]::Escape($Says))
    }

    It 'gets through where nobody here has that name' {
        Invoke-ContainerCommand box find / -maxdepth 0 | Should -Be /
    }

    It 'behind the program is a parameter''s where it is spelled as that is' {
        Invoke-ContainerCommand box id -User 1234 | Should -Match '^uid=1234'
    }

    It 'is the program''s behind two dashes, and in a block' {
        Invoke-ContainerCommand box -- sh -c 'echo $0 $1' -User -n | Should -Be '-User -n'
        Invoke-ContainerCommand box { sh -c 'echo $0 $1' -User -n } | Should -Be '-User -n'
    }

    It 'leaves a word behind a named -Command to the arguments, or says so' {
        (Get-Failure { New-Container os1 -Command sleep 1000 }).FullyQualifiedErrorId | Should -BeLike 'WordMisplaced,*'
        (Get-Failure { Invoke-ContainerCommand -Command ls / }).FullyQualifiedErrorId | Should -BeLike 'WordMisplaced,*'
        Get-Container os1* | Should -BeNullOrEmpty
    }
}

Describe 'The short words of <_>' -ForEach $takers {
    It 'are none that PowerShell would complete, or find ambiguous' {
        $all = (Get-Command $_ -Module PSContainer).Parameters.Values
        $spelled = $all.Name + $all.Aliases
        foreach ($name in $all.Name -ne 'DashWord') {
            foreach ($length in 1, 2) { $name.Substring(0, $length) | Should -BeIn $spelled }
        }
    }
}

Describe 'A script block' -Tag Root -Skip:(-not $isRoot) {
    BeforeAll {
        $dir = '/etc'
        $list = 'a', 'b c'
        $item = [pscustomobject]@{ Name = 'it em' }
    }

    It 'is words, with the session''s variables: <Line>' -ForEach @(
        @{ Line = { printf '[%s]' $list }; Out = '[a][b c]' }
        @{ Line = { printf '[%s]' @list }; Out = '[a][b c]' }
        @{ Line = { printf '[%s]' "$dir/x y" '$dir' $dir/z "it's" }; Out = '[/etc/x y][$dir][/etc/z][it''s]' }
        @{ Line = { printf '[%s]' $item.Name "$($item.Name)" $list[0] ${dir} }; Out = '[it em][it em][a][/etc]' }
        @{ Line = { printf '[%s]' -la --opt=$dir ro,bind -I{} 1e3 50MB -- }; Out = '[-la][--opt=/etc][ro,bind][-I{}][1e3][50MB][--]' }
        @{ Line = { & $list[0].Replace('a', 'b') }; Id = 'ScriptNotPlain' }
        @{ Line = { printf '[%s]' $null x }; Out = '[x]' }
    ) {
        if ($Id) { (Get-Failure { Invoke-ContainerCommand box $Line }).FullyQualifiedErrorId | Should -BeLike "$Id,*" }
        else { Invoke-ContainerCommand box $Line | Should -Be $Out }
    }

    It 'is pipes, chains, redirections and wildcards, by the container''s sh: <Line>' -ForEach @(
        @{ Line = { printf 'b\na\n' | sort }; Out = 'a', 'b' }
        @{ Line = { test -e /no/such && echo yes || echo no }; Out = 'no' }
        @{ Line = { echo one; echo two }; Out = 'one', 'two' }
        @{ Line = { echo "$dir x" > /tmp/o; cat /no/such 2>> /tmp/e; cat /tmp/o }; Out = '/etc x' }
        @{ Line = { cat /no/such 2>&1 | wc -l }; Out = '1' }
        @{ Line = { echo $dir/host.con? '/etc/host.con?' }; Out = '/etc/host.conf /etc/host.con?' }
        @{ Line = { sh -c 'exit 4' ; echo '$HOME' "it's" }; Out = '$HOME it''s' }
    ) {
        Invoke-ContainerCommand box $Line | Should -Be $Out
    }

    It 'needs no shell for one command' {
        $null = New-Item -ItemType Directory "$folder/shellless/bin" -Force
        Copy-Item (Get-Command busybox).Source "$folder/shellless/bin/echo"
        Invoke-Container -RootFs "$folder/shellless" { echo $dir } | Should -Be /etc
    }

    It 'has a variable of the function that it stands in, or of the one that made a closure' {
        function Show-Inner($Word) { Invoke-ContainerCommand box { echo $Word } }
        Show-Inner inner | Should -Be inner
        $word = 'then'
        $closure = { echo $word }.GetNewClosure()
        $word = 'now'
        Invoke-ContainerCommand box $closure | Should -Be then
    }

    It 'that is PowerShell, or none, runs nowhere: <Line>' -ForEach @(
        @{ Line = { if ($true) { ls } }; Id = 'ScriptNotPlain' }
        @{ Line = { Get-Process }; Id = 'ScriptNotPlain' }
        @{ Line = { $x = 1; ls }; Id = 'ScriptNotPlain' }
        @{ Line = { 'text' | cat }; Id = 'ScriptNotPlain' }
        @{ Line = { echo $(date) }; Id = 'ScriptNotPlain' }
        @{ Line = { echo (date) }; Id = 'ScriptNotPlain' }
        @{ Line = { sleep 1 & }; Id = 'ScriptNotPlain' }
        @{ Line = { param($a) echo $a }; Id = 'ScriptNotPlain' }
        @{ Line = { }; Id = 'ScriptNotPlain' }
        @{ Line = { echo $NO_SUCH_VARIABLE }; Id = 'VariableMissing' }
        @{ Line = { echo "a $env:NO_SUCH_VARIABLE" }; Id = 'VariableMissing' }
    ) {
        foreach ($call in { Invoke-ContainerCommand box $Line }, { Invoke-Container -HostRoot $Line }, { Enter-ContainerNamespace box $Line }, { New-Container os1 -HostRoot $Line }) {
            $failure = Get-Failure $call
            $failure.FullyQualifiedErrorId | Should -BeLike "$Id,*"
            $failure.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        }
        Get-Container os1* | Should -BeNullOrEmpty
    }

    It 'takes arguments behind it where it is one command' {
        Invoke-ContainerCommand box { echo a } -ArgumentList b | Should -Be 'a b'
        (Get-Failure { Invoke-ContainerCommand box { echo a; echo c } -ArgumentList b }).FullyQualifiedErrorId | Should -BeLike 'ArgumentsUnused,*'
    }
}
