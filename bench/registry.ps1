#!/usr/bin/env pwsh
<#
.SYNOPSIS
Pulls a Debian image of more than 100 MB from a registry on this machine, beside podman and docker, as ratios in one run.
.DESCRIPTION
The root file system is made by debootstrap, unless -RootFs names one (a folder), and goes into the registry as two layers. Each pull begins with an empty
storage; the registry's answers come from memory. Podman has storage folders of its own, and so has a dockerd that is started here without a bridge and without a
touch of the firewall, and ended by its pid. What is not installed is left out and said so.
#>
[CmdletBinding()]
param(
    [string] $Module = "$PSScriptRoot/../out/PSContainer/PSContainer.psd1",
    # A Debian root file system; debootstrap makes one where it is not given.
    [string] $RootFs,
    [int] $Rounds = 5
)
$ErrorActionPreference = 'Stop'
Import-Module "$PSScriptRoot/Compare.psm1" -Force
Import-Module $Module -Force

$work = "/var/tmp/pscontainer-bench-$PID"
$null = New-Item -ItemType Directory $work
$env:PSCONTAINER_ROOT = "$work/storage"
$registry = $daemon = $null

function Start-Registry([string] $At) {
    Set-Content "$work/registry.yml" 'version: 0.1', "storage: {filesystem: {rootdirectory: $work/registry}}", "http: {addr: $At}"
    $process = Start-Process docker-registry 'serve', "$work/registry.yml" -RedirectStandardOutput "$work/registry.out" -RedirectStandardError "$work/registry.log" -PassThru
    for ($i = 0; $i -lt 300 -and -not $process.HasExited; $i++) {
        try { $null = Invoke-WebRequest "http://$At/v2/"; return $process } catch { Start-Sleep -Milliseconds 100 }
    }
    if (-not $process.HasExited) { kill $process.Id }
    throw "docker-registry does not start: $(Get-Content -Raw "$work/registry.log")"
}

try {
    if (-not $RootFs) {
        $RootFs = "$work/rootfs"
        debootstrap --variant=minbase stable $RootFs *> "$work/debootstrap.log"
        if ($LASTEXITCODE -ne 0) { throw "debootstrap failed: $(Get-Content -Tail 5 "$work/debootstrap.log")" }
    }
    $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
    $listener.Start()
    $at = "127.0.0.1:$($listener.LocalEndpoint.Port)"
    $listener.Stop()
    $registry = Start-Registry $at

    # /usr above the rest: two layers that take about as long as each other.
    umoci init --layout "$work/oci"
    umoci new --image "$work/oci:debian"
    tar -C $RootFs --exclude=./usr/share --exclude=./usr/lib -cf "$work/layer.tar" .
    umoci raw add-layer --image "$work/oci:debian" "$work/layer.tar"
    tar -C $RootFs -cf "$work/layer.tar" ./usr/share ./usr/lib
    umoci raw add-layer --image "$work/oci:debian" "$work/layer.tar"
    Remove-Item "$work/layer.tar"
    skopeo --insecure-policy copy -q --dest-tls-verify=false "oci:$work/oci:debian" "docker://$at/debian:bench"
    $image = "$at/debian:bench"

    $ours = { Request-ContainerImage $image }
    $clear = { Remove-Item -Recurse -Force "$work/storage" }
    if (Get-Command podman -ErrorAction Ignore) {
        $podman = '--root', "$work/podman", '--runroot', "$work/podman.run", '--storage-driver', 'overlay'
        Measure-Pair -Name 'Request-ContainerImage : podman pull' -Rounds $Rounds -WarmUp 1 -Wanted 1 -Ours $ours `
            -Theirs { podman @podman pull -q --tls-verify=false $image 2> "$work/podman.log"; if ($LASTEXITCODE) { throw (Get-Content -Raw "$work/podman.log") } } `
            -After { & $clear; podman @podman rmi -f $image *> $null }
    }
    else { Write-Warning 'podman is not installed: not compared.' }

    if (Get-Command dockerd -ErrorAction Ignore) {
        $daemon = Start-Docker "$work/docker"
        Measure-Pair -Name 'Request-ContainerImage : docker pull' -Rounds $Rounds -WarmUp 1 -Wanted 1 -Ours $ours `
            -Theirs { docker pull -q $image; if ($LASTEXITCODE) { throw 'docker pull failed' } } -After { & $clear; docker rmi -f $image | Out-Null }
    }
    else { Write-Warning 'docker is not installed: not compared.' }
}
finally {
    if ($daemon) { Stop-Docker $daemon }
    if ($registry) { kill $registry.Id; $null = $registry.WaitForExit(20000) }
    # Podman mounts its own folder on itself.
    if (Select-String -SimpleMatch -Quiet "$work/podman/overlay" /proc/self/mountinfo) { umount "$work/podman/overlay" }
    Remove-Item -Recurse -Force $work -ErrorAction Ignore
    Remove-Item env:PSCONTAINER_ROOT -ErrorAction Ignore
}
