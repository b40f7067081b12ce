#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery {
    . $PSScriptRoot/Setting/All.ps1
    $hasSetpriv = $isRoot -and (Test-Program setpriv)
    # Shown in the tests' names, which must not hold what a terminal obeys.
    $names = @('../x', '.', '..', '.x', '-x', 'a b', 'a/b', 'a*', 'a[b]', 'a?', '$(id)', '${x}', 'a`b', "a'b", 'a"b', 'ü', 'a:b') |
        ForEach-Object { @{ Shown = $_; Name = $_ } }
    $names += @{ Shown = '(empty)'; Name = '' }, @{ Shown = '(200 characters)'; Name = 'a' * 200 }, @{ Shown = '(newline)'; Name = "a`nb" },
        @{ Shown = '(final newline)'; Name = "a`n" }, @{ Shown = '(NUL)'; Name = "a`0b" }, @{ Shown = '(escape sequence)'; Name = "a`e[31mb" },
        @{ Shown = '(U+202E)'; Name = "a$([char]0x202E)b" }, @{ Shown = '(lone surrogate)'; Name = "a$([char]0xD800)b" }
}

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage new-container-bad-input
    Set-Content "$folder/file" x
    function Assert-Nothing {
        $made = Get-Container
        # Or every test after this one would fail with it.
        $made | Remove-Container -Force
        $made | Should -BeNullOrEmpty
        (Get-ChildItem -Recurse $env:PSCONTAINER_ROOT -ErrorAction Ignore | Where-Object Name -notin 'containers', 'names', 'run', 'networks', 'bridge.json' | Where-Object Extension -ne .filter).FullName | Should -BeNullOrEmpty
        # A network's bridge is taken away by a process of its own, a moment later.
        Wait-Until { -not (Get-Process pscontainer -ErrorAction Ignore | Where-Object CommandLine -match ([regex]::Escape($folder))) } 20 | Should -BeTrue
    }
}

AfterAll { Exit-Storage }

Describe 'New-Container with an illegal name' {
    AfterEach { Assert-Nothing }

    It 'refuses <Shown>' -ForEach $names {
        Assert-Failure { New-Container $Name -NoStart } ContainerNameInvalid InvalidArgument
    }

    It 'takes 128 characters' {
        (New-Container ('a' * 128) -NoStart).Name | Should -Be ('a' * 128)
        Remove-Container a*
    }
}

Describe 'New-Container with a name in use' {
    It 'refuses it, and leaves the first alone' {
        $first = New-Container taken -NoStart
        Assert-Failure { New-Container taken -NoStart } ContainerNameTaken ResourceExists
        (Get-Container).Id | Should -Be $first.Id
        Remove-Container taken
        Assert-Nothing
    }
}

Describe 'New-Container with a wish that cannot be met' {
    AfterEach { Assert-Nothing }

    It '<Wish.Keys> <Wish.Values>: <Id>' -ForEach @(
        @{ Wish = @{ Memory = 1KB }; Id = 'LimitTooSmall'; Category = 'InvalidArgument' }
        @{ Wish = @{ Memory = -5 }; Id = 'LimitOutOfRange'; Category = 'InvalidArgument' }
        @{ Wish = @{ Cpus = 0 }; Id = 'LimitOutOfRange'; Category = 'InvalidArgument' }
        @{ Wish = @{ Cpus = -2 }; Id = 'LimitOutOfRange'; Category = 'InvalidArgument' }
        @{ Wish = @{ Cpus = [double]::NaN }; Id = 'LimitOutOfRange'; Category = 'InvalidArgument' }
        @{ Wish = @{ PidsLimit = 0 }; Id = 'LimitOutOfRange'; Category = 'InvalidArgument' }
        @{ Wish = @{ CpusetCpus = 'x' }; Id = 'CpusetInvalid'; Category = 'InvalidArgument' }
        @{ Wish = @{ CpusetCpus = '3-1' }; Id = 'CpusetInvalid'; Category = 'InvalidArgument' }
        @{ Wish = @{ CpusetCpus = '9999' }; Id = 'CpusetInvalid'; Category = 'InvalidArgument' }
        @{ Wish = @{ Volume = '/tmp' }; Id = 'VolumeInvalid'; Category = 'InvalidArgument' }
        @{ Wish = @{ Volume = '/tmp:data' }; Id = 'VolumeInvalid'; Category = 'InvalidArgument' }
        @{ Wish = @{ Volume = '/tmp:/data:rx' }; Id = 'VolumeInvalid'; Category = 'InvalidArgument' }
        @{ Wish = @{ Volume = '/tmp:/' }; Id = 'VolumeInvalid'; Category = 'InvalidArgument' }
        @{ Wish = @{ Volume = '/tmp:/a/../..' }; Id = 'VolumeInvalid'; Category = 'InvalidArgument' }
        @{ Wish = @{ Volume = '/no/such:/data' }; Id = 'VolumeNotFound'; Category = 'ObjectNotFound' }
        @{ Wish = @{ Tmpfs = 'tmp' }; Id = 'TmpfsInvalid'; Category = 'InvalidArgument' }
        @{ Wish = @{ Tmpfs = '/' }; Id = 'TmpfsInvalid'; Category = 'InvalidArgument' }
        @{ Wish = @{ Tmpfs = '/a/../b' }; Id = 'TmpfsInvalid'; Category = 'InvalidArgument' }
        @{ Wish = @{ Hostname = '' }; Id = 'HostnameInvalid'; Category = 'InvalidArgument' }
        @{ Wish = @{ Hostname = 'a b' }; Id = 'HostnameInvalid'; Category = 'InvalidArgument' }
        @{ Wish = @{ Hostname = 'a' * 65 }; Id = 'HostnameInvalid'; Category = 'InvalidArgument' }
        @{ Wish = @{ WorkingDirectory = 'bin' }; Id = 'WorkingDirectoryInvalid'; Category = 'InvalidArgument' }
        @{ Wish = @{ User = 'nosuchuser' }; Id = 'UserNotFound'; Category = 'ObjectNotFound' }
        @{ Wish = @{ User = '0:nosuchgroup' }; Id = 'UserNotFound'; Category = 'ObjectNotFound' }
        @{ Wish = @{ User = '' }; Id = 'UserInvalid'; Category = 'InvalidArgument' }
        @{ Wish = @{ User = '1:2:3' }; Id = 'UserInvalid'; Category = 'InvalidArgument' }
        @{ Wish = @{ User = '2147483648' }; Id = 'UserInvalid'; Category = 'InvalidArgument' }
        @{ Wish = @{ User = '4294967296' }; Id = 'UserInvalid'; Category = 'InvalidArgument' }
        @{ Wish = @{ Environment = @{ 'A=B' = 1 } }; Id = 'EnvironmentInvalid'; Category = 'InvalidArgument' }
        @{ Wish = @{ Label = @{ "a`nb" = 1 } }; Id = 'LabelInvalid'; Category = 'InvalidArgument' }
        @{ Wish = @{ ArgumentList = 'a' }; Id = 'CommandMissing'; Category = 'InvalidArgument' }
        @{ Wish = @{ Command = '' }; Id = 'CommandInvalid'; Category = 'InvalidArgument' }
        @{ Wish = @{ RootFs = '/no/such' }; Id = 'RootFsNotFound'; Category = 'ObjectNotFound' }
        @{ Wish = @{ RootFs = '/etc/passwd' }; Id = 'RootFsNotDirectory'; Category = 'InvalidArgument' }
    ) {
        Assert-Failure { New-Container x -NoStart @Wish } $Id $Category
        Assert-Failure { New-Container x @Wish } $Id $Category
    }

    It 'refuses -<Name> <Value> before anything begins' -ForEach @(
        @{ Name = 'Memory'; Value = 'banana'; Id = 'ParameterArgumentTransformationError' }
        @{ Name = 'Memory'; Value = '40 parsecs'; Id = 'ParameterArgumentTransformationError' }
        @{ Name = 'Environment'; Value = 'novalue'; Id = 'ParameterArgumentTransformationError' }
        @{ Name = 'Label'; Value = '=x'; Id = 'ParameterArgumentTransformationError' }
    ) {
        $wish = @{ $Name = $Value }
        $failure = Get-Failure { New-Container x @wish }
        $failure.FullyQualifiedErrorId | Should -Match "^$Id,"
    }
}

Describe 'New-Container with a command that cannot run' -Tag Root -Skip:(-not $isRoot) {
    AfterEach { Assert-Nothing }

    It '<Command>: <Id>' -ForEach @(
        @{ Command = 'nosuchprogram'; Id = 'CommandNotFound'; Category = 'ObjectNotFound' }
        @{ Command = '/no/such/program'; Id = 'CommandNotFound'; Category = 'ObjectNotFound' }
        @{ Command = '/etc/passwd'; Id = 'CommandNotExecutable'; Category = 'InvalidArgument' }
        @{ Command = '/etc'; Id = 'CommandNotExecutable'; Category = 'InvalidArgument' }
    ) {
        Assert-Failure { New-Container x -Command $Command } $Id $Category
        (Get-Failure { New-Container x -Command $Command }).Exception.Message | Should -Match ([regex]::Escape($Command))
    }

    It 'leaves nothing of a start that fails late' {
        Assert-Failure { New-Container x -Volume "$folder/file:/etc" } PathKindDiffers InvalidArgument
        Assert-Failure { New-Container x -Volume "${folder}:/etc/passwd" } PathNotDirectory InvalidArgument
        Assert-Failure { New-Container x -WorkingDirectory /etc/passwd } PathNotDirectory InvalidArgument
    }
}

Describe 'New-Container without the rights' -Tag Root -Skip:(-not $hasSetpriv) {
    It 'says what is needed' {
        $nobody = "$folder/nobody"
        $null = New-Item -ItemType Directory "$nobody/storage", "$folder/locked"
        chown -R 65534:65534 $nobody
        chmod 700 "$folder/locked"
        $text = Invoke-AsNobody @"
            function Tell { "`$(`$e[0].FullyQualifiedErrorId) `$(`$e[0].CategoryInfo.Category) `$([bool]`$e[0].ErrorDetails.RecommendedAction)" }
            New-Container x -ErrorVariable e -ErrorAction SilentlyContinue; Tell
            `$env:PSCONTAINER_ROOT = '$nobody/storage'
            New-Container x -ErrorVariable e -ErrorAction SilentlyContinue; Tell
            New-Container x -RootFs '$folder/locked' -ErrorVariable e -ErrorAction SilentlyContinue; Tell
            @(Get-Container).Count
            @(Get-ChildItem -Recurse -File `$env:PSCONTAINER_ROOT | Where-Object Extension -ne .filter).Count
"@
        $text[0] | Should -Match '^PermissionDenied,\S+ PermissionDenied True$'
        $text[1] | Should -Match '^\w+,\S+ PermissionDenied True$'
        $text[2] | Should -Match '^RootFsUnreadable,\S+ PermissionDenied True$'
        $text[3, 4] | Should -Be 0, 0
    }
}
