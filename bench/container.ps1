#!/usr/bin/env pwsh
<#
.SYNOPSIS
Compares the cmdlets in a warm session with docker on the same root, as ratios in one run; and the memory of both attendants.
.DESCRIPTION
A dockerd of its own is started, with its data in a temporary folder, without a bridge and without a touch of the firewall, and ended by its pid. Where
docker is not installed, only our own times are shown.
#>
[CmdletBinding()]
param(
    [string] $Module = "$PSScriptRoot/../out/PSContainer/PSContainer.psd1",
    [int] $Rounds = 15
)
$ErrorActionPreference = 'Stop'
Import-Module "$PSScriptRoot/Compare.psm1" -Force
Import-Module $Module -Force

$root = New-BusyboxRoot
$engine = "$root.docker"
$env:PSCONTAINER_ROOT = "$root.storage"
$daemon = $null

function Get-PrivateKB([int] $ProcessId) {
    (Get-Content "/proc/$ProcessId/smaps_rollup" | Select-String '^Private_Dirty:\s+(\d+)').Matches.Groups[1].Value -as [int]
}

try {
    if (-not (Get-Command dockerd -ErrorAction Ignore)) { throw 'dockerd is not installed: there is nothing to compare with (Debian: docker.io).' }
    $daemon = Start-Docker $engine $root

    $state = @{}
    $run = { $state.Ours = New-Container -RootFs $root -Network None -Memory 40MB -Command sleep -ArgumentList 1000 }
    $dockerRun = { $state.Theirs = docker run -d --network none --memory 40M bench /bin/sleep 1000 }
    $clear = { Remove-Container $state.Ours -Force; docker rm -f $state.Theirs | Out-Null }
    Measure-Pair -Name 'New-Container : docker run -d' -Rounds $Rounds -Wanted 15 -Ours $run -Theirs $dockerRun -After $clear

    & $run; & $dockerRun
    Measure-Pair -Name 'Invoke-ContainerCommand : docker exec' -Rounds $Rounds -Wanted 8 `
        -Ours { Invoke-ContainerCommand $state.Ours true } -Theirs { docker exec $state.Theirs true }
    $size = 50MB
    Measure-Pair -Name 'Set-ContainerLimit : docker update' -Rounds $Rounds -Wanted 30 `
        -Ours { Set-ContainerLimit $state.Ours -Memory $size } -Theirs { docker update --memory $size --memory-swap -1 $state.Theirs }
    $line = 'Stop-Container '
    Measure-Pair -Name 'Completion of a name : docker __complete' -Rounds $Rounds -Wanted 20 `
        -Ours { TabExpansion2 $line $line.Length } -Theirs { docker __complete stop '' 2>$null }
    $supervisor = pgrep -f "monitor.*$($state.Ours.Id)" | Select-Object -First 1
    $shim = pgrep -f "containerd-shim.*$($state.Theirs)" | Select-Object -First 1
    [pscustomobject]@{
        Name = 'Private memory, KB: supervisor : containerd-shim'
        OursKB = Get-PrivateKB $supervisor
        TheirsKB = $shim ? (Get-PrivateKB $shim) : $null
        Wanted = 1024
    }
    Measure-Pair -Name 'Remove-Container -Force : docker rm -f' -Rounds $Rounds -Wanted 10 `
        -Ours { Remove-Container $state.Ours -Force } -Theirs { docker rm -f $state.Theirs } -After { & $run; & $dockerRun }
}
finally {
    Get-Container | Remove-Container -Force
    if ($daemon) { Stop-Docker $daemon }
    Remove-Item -Recurse -Force $root, $engine, $env:PSCONTAINER_ROOT -ErrorAction Ignore
    Remove-Item env:PSCONTAINER_ROOT -ErrorAction Ignore
}
