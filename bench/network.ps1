#!/usr/bin/env pwsh
<#
.SYNOPSIS
Compares containers with an address and a published port with docker's and podman's, as ratios in one run; and the 200th container with the 10th.
.DESCRIPTION
All of it runs in namespaces of its own, where docker and podman set up their bridges and firewalls as they do on a machine of their own, and where
what ends with a run lies in memory for all three, as it does wherever /run is a tmpfs.
A dockerd is started with its data in a temporary folder. Nothing of it is left. Where docker or podman is not installed, that pair is left out.
Leave five minutes between two runs: ext4 does not give inodes out again that were given up in that time, and looks past each of them whenever a file
is made (recently_deleted in fs/ext4/ialloc.c), so a second run would pay for the hundreds of containers that the first one removed.
#>
[CmdletBinding()]
param(
    [string] $Module = "$PSScriptRoot/../out/PSContainer/PSContainer.psd1",
    [int] $Rounds = 15,
    # How many containers stand side by side at the end.
    [int] $Crowd = 200,
    # Set where the script calls itself inside its namespace.
    [switch] $Inside
)
$ErrorActionPreference = 'Stop'
Import-Module "$PSScriptRoot/Compare.psm1" -Force
if (-not $Inside) {
    $again = '-NoProfile', '-File', $PSCommandPath, '-Module', (Resolve-Path $Module).Path, '-Rounds', $Rounds, '-Crowd', $Crowd, '-Inside'
    unshare --net --mount $pwsh @again
    return
}
Import-Module $Module -Force

$root = New-BusyboxRoot
$engine = "$root.docker"
$env:PSCONTAINER_ROOT = "$root.storage"
$daemon = $null
$runs = "$env:PSCONTAINER_ROOT/run", "$engine.run", "$engine.podman/run"

# Starts one after another, each removed before the next; what a removal leaves to the kernel's own threads gets its time, for it is no start's. A quarter
# of them took less than what is returned: what else the machine does only adds.
function Measure-Start([int] $Times = 31) {
    $taken = foreach ($i in 1..$Times) {
        Measure-Once { $script:one = New-Container -RootFs $root -Command sleep -ArgumentList 100000 }
        Remove-Container $script:one -Force
        Start-Sleep -Milliseconds 120
    }
    @($taken | Sort-Object)[[int][math]::Floor($Times / 4)]
}

try {
    foreach ($folder in $runs) {
        $null = New-Item -ItemType Directory $folder -Force
        mount -t tmpfs -o mode=700 none $folder
    }
    ip link set lo up
    # Who finds forwarding switched on leaves alone what others forward.
    Set-Content /proc/sys/net/ipv4/ip_forward 1
    $state = @{}
    $run = { $state.Ours = New-Container -RootFs $root -Publish :80 -Memory 40MB -Command sleep -ArgumentList 1000 }
    # One more stands by, so that the network is up, as docker's always is.
    $null = New-Container -RootFs $root -Command sleep -ArgumentList 100000
    if (Get-Command dockerd -ErrorAction Ignore) {
        $daemon = Start-Docker $engine $root -Network @() -Run "$engine.run"
        $dockerRun = { $state.Theirs = docker run -d -p 80 --memory 40M bench /bin/sleep 1000 }
        Measure-Pair -Name 'New-Container -Publish : docker run -d -p' -Rounds $Rounds -Wanted 12 -Ours $run -Theirs $dockerRun `
            -After { Remove-Container $state.Ours -Force; docker rm -f $state.Theirs | Out-Null }
    }
    if (Get-Command podman -ErrorAction Ignore) {
        $podman = '--root', "$engine.podman/root", '--runroot', "$engine.podman/run", '--cgroup-manager', 'cgroupfs', '--log-level', 'error'
        # Without CAP_SYS_RESOURCE podman's own limits can't be set; the same for each side changes nothing.
        $podmanRun = { $state.Theirs = podman @podman run -d -p 80 --memory 40M --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 --rootfs $root /bin/sleep 1000 2>"$engine.podman.log" }
        & $podmanRun
        if ($LASTEXITCODE) { Write-Warning "podman does not run here: $(Get-Content "$engine.podman.log" -Tail 1)" }
        else {
            podman @podman rm -f -t 0 $state.Theirs *> $null
            Measure-Pair -Name 'New-Container -Publish : podman run -d -p' -Rounds $Rounds -Wanted 12 -Ours $run -Theirs $podmanRun `
                -After { Remove-Container $state.Ours -Force; podman @podman rm -f -t 0 $state.Theirs *> $null }
        }
    }
    if ($daemon) {
        & $run; & $dockerRun
        Measure-Pair -Name 'Remove-Container -Force : docker rm -f' -Rounds $Rounds -Wanted 10 `
            -Ours { Remove-Container $state.Ours -Force } -Theirs { docker rm -f $state.Theirs } -After { & $run; & $dockerRun }
        Remove-Container $state.Ours -Force
        docker rm -f $state.Theirs | Out-Null
        # It hears of every link that comes and goes; its work with two hundred of them is none of ours.
        Stop-Docker $daemon
        $daemon = $null
    }

    # Up only, not down and up again: ext4 looks at each inode that was given up in the last minutes whenever a file is made.
    $null = Measure-Start
    while (@(Get-Container).Count -lt 9) { $null = New-Container -RootFs $root -Command sleep -ArgumentList 100000 }
    $early = Measure-Start
    foreach ($i in 10..($Crowd - 1)) { $null = New-Container -RootFs $root -Command sleep -ArgumentList 100000 }
    $late = Measure-Start
    [pscustomobject]@{
        Name = "The ${Crowd}th start : the 10th"; OursMs = [math]::Round($late, 2); TheirsMs = [math]::Round($early, 2)
        TimesFaster = [math]::Round($early / $late, 2); Wanted = [math]::Round(1 / 1.2, 2)
    }
}
finally {
    Get-Container | Remove-Container -Force
    Get-ContainerNetwork | Remove-ContainerNetwork
    if ($daemon) { Stop-Docker $daemon }
    if (Test-Path "$engine.podman") { podman @podman rm -fa *> $null }
    umount -l $runs
    # podman leaves a link to nowhere in the root, at which Remove-Item stops.
    rm -rf --one-file-system $root $engine "$engine.run" "$engine.podman" "$engine.podman.log" $env:PSCONTAINER_ROOT
    Remove-Item env:PSCONTAINER_ROOT -ErrorAction Ignore
}
