#!/usr/bin/env pwsh
<#
.SYNOPSIS
Compares 'pscontainer run' with 'crun run' and 'runc run' on one and the same bundle, as ratios in one run.
.DESCRIPTION
The bundle is what 'runc spec' writes, with a busybox root and /bin/true as its process. Each round is a loop of a shell, so that
PowerShell's cost of starting a process counts against nobody. Peers that are not installed, or do not run here, are left out and said so.
#>
[CmdletBinding()]
param(
    [string] $Executable = "$PSScriptRoot/../out/PSContainer/pscontainer",
    [int] $Rounds = 15,
    [int] $Repeat = 5
)
$ErrorActionPreference = 'Stop'
Import-Module "$PSScriptRoot/Compare.psm1" -Force

$Executable = (Resolve-Path $Executable).Path
$root = New-BusyboxRoot
$bundle = "$root.bundle"
try {
    $null = New-Item -ItemType Directory $bundle
    Push-Location $bundle
    runc spec
    $config = Get-Content config.json -Raw | ConvertFrom-Json -Depth 32
    $config.process.terminal = $false
    $config.process.args = @('/bin/true')
    $config.root.path = $root
    $config | ConvertTo-Json -Depth 32 | Set-Content config.json

    $number = 0
    function Invoke-Loop([string] $Runtime) {
        $script:number++
        sh -c "i=0; while [ `$i -lt $Repeat ]; do $Runtime run bench-$PID-$script:number-`$i || exit 1; i=`$((i+1)); done" 2>$null
        if ($LASTEXITCODE -ne 0) { throw "$Runtime failed" }
    }

    foreach ($peer in 'crun', 'runc') {
        if (-not (Get-Command $peer -ErrorAction Ignore)) { Write-Warning "$peer is not installed: not compared."; continue }
        try { Invoke-Loop $peer } catch { Write-Warning "$peer does not run here: not compared."; continue }
        Measure-Pair -Name "$Repeat x run of /bin/true, against $peer" -Rounds $Rounds -Wanted 1 -Ours { Invoke-Loop $Executable } -Theirs { Invoke-Loop $peer }
    }
}
finally {
    Pop-Location
    Remove-Item -Recurse -Force $root, $bundle -ErrorAction Ignore
}
