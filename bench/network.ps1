#!/usr/bin/env pwsh
<#
.SYNOPSIS
Compares containers with an address and a published port with docker's, as ratios in one run; and the 200th container with the 10th.
.DESCRIPTION
A dockerd of its own is started, with its data in a temporary folder, on a bridge that is made for it, and without a touch of the firewall: its ports are
its proxy's. All of it is gone at the end. Where docker or podman is not installed, that pair is left out.
#>
[CmdletBinding()]
param(
    [string] $Module = "$PSScriptRoot/../out/PSContainer/PSContainer.psd1",
    [int] $Rounds = 15,
    # How many containers stand side by side at the end.
    [int] $Crowd = 200
)
$ErrorActionPreference = 'Stop'
Import-Module "$PSScriptRoot/Compare.psm1" -Force
Import-Module $Module -Force

$root = New-BusyboxRoot
$engine = "$root.docker"
$env:PSCONTAINER_ROOT = "$root.storage"
$bridge = "pscb$($PID % 100000)"
$daemon = $null

try {
    $state = @{}
    $run = { $state.Ours = New-Container -RootFs $root -Publish :80 -Memory 40MB -Command sleep -ArgumentList 1000 }
    # One more stands by, so that the network is up, as docker's always is.
    $null = New-Container -RootFs $root -Command sleep -ArgumentList 100000
    if (Get-Command dockerd -ErrorAction Ignore) {
        ip link add $bridge type bridge
        ip addr add 10.233.0.1/16 dev $bridge
        ip link set $bridge up
        $daemon = Start-Docker $engine $root -Network '--iptables=false', '--ip6tables=false', "--bridge=$bridge"
        $dockerRun = { $state.Theirs = docker run -d -p 80 --memory 40M bench /bin/sleep 1000 }
        Measure-Pair -Name 'New-Container -Publish : docker run -d -p' -Rounds $Rounds -Wanted 12 -Ours $run -Theirs $dockerRun `
            -After { Remove-Container $state.Ours -Force; docker rm -f $state.Theirs | Out-Null }
        & $run; & $dockerRun
        Measure-Pair -Name 'Remove-Container -Force : docker rm -f' -Rounds $Rounds -Wanted 10 `
            -Ours { Remove-Container $state.Ours -Force } -Theirs { docker rm -f $state.Theirs } -After { & $run; & $dockerRun }
        Remove-Container $state.Ours -Force
    }
    if (Get-Command podman -ErrorAction Ignore) {
        $podman = '--root', "$engine.podman/root", '--runroot', "$engine.podman/run", '--cgroup-manager', 'cgroupfs', '--log-level', 'error'
        $podmanRun = { $state.Theirs = podman @podman run -d -p 80 --memory 40M --rootfs $root /bin/sleep 1000 2>$null }
        & $podmanRun
        if ($LASTEXITCODE -eq 0) {
            podman @podman rm -f -t 0 $state.Theirs *> $null
            Measure-Pair -Name 'New-Container -Publish : podman run -d -p' -Rounds $Rounds -Wanted 12 -Ours $run -Theirs $podmanRun `
                -After { Remove-Container $state.Ours -Force; podman @podman rm -f -t 0 $state.Theirs *> $null }
        }
    }

    # Ten starts around the 10th, and ten around the last: medians, so that one busy moment does not decide.
    $times = foreach ($i in 1..$Crowd) { Measure-Once { New-Container -RootFs $root -Command sleep -ArgumentList 100000 } }
    $early = Get-Median $times[5..15]
    $late = Get-Median $times[($Crowd - 10)..($Crowd - 1)]
    [pscustomobject]@{ Name = "The $Crowd`th start : the 10th"; OursMs = [math]::Round($late, 2); TheirsMs = [math]::Round($early, 2); TimesFaster = [math]::Round($early / $late, 2); Wanted = [math]::Round(1 / 1.2, 2) }
}
finally {
    Get-Container | Remove-Container -Force
    Get-ContainerNetwork | Remove-ContainerNetwork
    if ($daemon) { Stop-Docker $daemon }
    if (Test-Path "/sys/class/net/$bridge") { ip link del $bridge }
    if (Test-Path "$engine.podman") { podman @podman rm -fa *> $null }
    Remove-Item -Recurse -Force $root, $engine, "$engine.podman", $env:PSCONTAINER_ROOT -ErrorAction Ignore
    Remove-Item env:PSCONTAINER_ROOT -ErrorAction Ignore
}
