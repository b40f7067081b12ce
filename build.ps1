#!/usr/bin/env pwsh
#Requires -Version 7.6
<#
.SYNOPSIS
Builds PSContainer, tests it, shows it.
.EXAMPLE
./build.ps1
Leaves the importable module in out/PSContainer, the executable pscontainer inside it.
.EXAMPLE
./build.ps1 Test unit, pester
Runs two of the lanes; all of them (unit, system, pester, vm) where none is named.
.EXAMPLE
./build.ps1 Bench namespace
Runs bench/namespace.ps1; all of bench/ where none is named.
#>
[CmdletBinding()]
param(
    [Parameter(Position = 0)]
    [ValidateSet('Build', 'Test', 'Try', 'Bench', 'Help', 'Package')]
    [string] $Task = 'Build',

    # Lanes of Test, or scripts of Bench.
    [Parameter(Position = 1, ValueFromRemainingArguments)]
    [string[]] $Name = @()
)
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true
$env:DOTNET_CLI_TELEMETRY_OPTOUT = $env:DOTNET_NOLOGO = '1'
Set-Location $PSScriptRoot

function Invoke-Target([string] $Target, [string[]] $Property = @()) {
    dotnet msbuild build/module.targets -restore -nologo -verbosity:quiet "-target:$Target" @Property
}

function Invoke-Build {
    build/needs.sh build
    Invoke-Target Module
    'out/PSContainer is built: Import-Module ./out/PSContainer'
}

function Invoke-Test {
    build/needs.sh test
    Invoke-Target Tests
    # This very PowerShell runs the Pester lane too.
    $env:PSCONTAINER_PSHOME = $PSHOME
    $PSNativeCommandUseErrorActionPreference = $false
    tests/run.sh @Name
    exit $LASTEXITCODE
}

function Invoke-Try {
    build/needs.sh try
    Invoke-Target Module
    examples/first-container.ps1
}

function Invoke-Bench {
    Invoke-Build
    $scripts = Get-ChildItem bench -Filter *.ps1 | Where-Object { -not $Name -or $_.BaseName -in $Name }
    foreach ($script in $scripts) {
        "`n$($script.BaseName)"
        & $script.FullName | Format-Table -AutoSize
    }
}

function Invoke-Help {
    Invoke-Build
    docs/help/update.ps1
    docs/help/export.ps1
    Invoke-Target Module
}

# A tar, which unpacks as it is into a folder of $env:PSModulePath, and a .nupkg for galleries. That one is a zip and loses the executable's mode; the
# module mends that.
function Invoke-Package {
    build/needs.sh build
    $folder = "$PSScriptRoot/out/package"
    Remove-Item $folder -Recurse -ErrorAction Ignore
    Invoke-Target Module "-property:ModuleFolder=$folder/PSContainer/"
    $version = (Import-PowerShellDataFile PSContainer.psd1).ModuleVersion
    $architecture = "$([Runtime.InteropServices.RuntimeInformation]::OSArchitecture)".ToLowerInvariant()
    $archive = "out/PSContainer-$version-linux-$architecture.tar.gz"
    tar -C $folder --owner=0 --group=0 --sort=name -czf $archive PSContainer
    $package = "out/PSContainer.$version.nupkg"
    Remove-Item $package -ErrorAction Ignore
    Compress-PSResource -Path $folder/PSContainer -DestinationPath out
    Remove-Item $folder -Recurse
    $archive, $package
}

& "Invoke-$Task"
