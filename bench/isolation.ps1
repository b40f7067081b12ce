#!/usr/bin/env pwsh
<#
.SYNOPSIS
How long Compare-ContainerNamespace takes in a warm session, for one container and for a hundred.
.DESCRIPTION
Medians of rounds. Wanted are figures and no ratio, for no other tool does this; beside them stands what lsns(8) alone takes, which tells
a twentieth of it.
#>
[CmdletBinding()]
param(
    [string] $Module = "$PSScriptRoot/../out/PSContainer/PSContainer.psd1",
    [int] $Count = 100,
    [int] $Rounds = 9
)
$ErrorActionPreference = 'Stop'
Import-Module $Module -Force
$env:PSCONTAINER_ROOT = "/tmp/pscontainer-bench-$PID"

function Measure-Median([scriptblock] $Script) {
    $times = 1..$Rounds | ForEach-Object { (Measure-Command $Script).TotalMilliseconds } | Sort-Object
    [math]::Round($times[[int][math]::Floor($times.Count / 2)], 2)
}

try {
    $null = 1..$Count | ForEach-Object { New-Container "bench$_" -Network None -Memory 64MB -Cpus 0.5 }
    # Compiled in tiers: the first dozens are slower than those of a warm session.
    for ($i = 0; $i -lt 40; $i++) { $null = Compare-ContainerNamespace bench1 }
    $all = @(Get-Container)
    [pscustomobject]@{
        OneMs = Measure-Median { $null = Compare-ContainerNamespace bench1 }
        OneWanted = 20
        AllMs = Measure-Median { $null = $all | Compare-ContainerNamespace }
        All = $Count
        AllWanted = 250
        LsnsMs = Measure-Median { $null = lsns }
    }
}
finally {
    Get-Container | Remove-Container -Force
    Remove-Item -Recurse -Force $env:PSCONTAINER_ROOT
}
