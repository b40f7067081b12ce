#!/usr/bin/env pwsh
<#
.SYNOPSIS
Images against skopeo with umoci, podman and docker: a Debian image of 100 MB and more, from an OCI archive to files that a container could stand on, and from
a container back to an image.
#>
[CmdletBinding()]
param(
    [string] $Module = "$PSScriptRoot/../out/PSContainer/PSContainer.psd1",
    # A Debian root file system that is there already; else debootstrap makes one.
    [string] $RootFs,
    [int] $Rounds = 5
)
$ErrorActionPreference = 'Stop'
Import-Module "$PSScriptRoot/Compare.psm1" -Force
Import-Module (Resolve-Path $Module).Path -Force

$folder = (New-Item -ItemType Directory "/var/tmp/pscontainer-bench-$([guid]::NewGuid().ToString('n').Substring(0, 8))").FullName
$env:PSCONTAINER_ROOT = "$folder/storage"
function Invoke-Podman { podman --root "$folder/podman" --runroot "$folder/podman-run" --tmpdir "$folder/podman-tmp" --storage-driver overlay --log-level error @args 2>$null }
$daemon = $null
try {
    if (-not $RootFs) {
        $RootFs = "$folder/debian"
        debootstrap --variant=minbase stable $RootFs *>$null
    }
    # Compressed by another tool, as an archive that comes from elsewhere.
    umoci init --layout "$folder/layout" *>$null
    umoci new --image "$folder/layout:debian" *>$null
    umoci insert --image "$folder/layout:debian" $RootFs / *>$null
    skopeo copy -q "oci:$folder/layout:debian" "oci-archive:$folder/debian.tar:debian:1"
    Write-Verbose "The archive has $([int]((Get-Item "$folder/debian.tar").Length / 1MB)) MB, its files $([int]((du -sb $RootFs).Split("`t")[0] / 1MB)) MB."

    $clean = {
        Get-ContainerImage | Remove-ContainerImage
        Remove-Item -Recurse -Force "$folder/copy", "$folder/unpacked" -ErrorAction Ignore
        $null = Invoke-Podman rmi -af
    }
    Measure-Pair 'Import-ContainerImage against skopeo copy + umoci unpack' -Rounds $Rounds -WarmUp 1 -After $clean `
        -Ours { Import-ContainerImage "$folder/debian.tar" } `
        -Theirs { skopeo copy -q "oci-archive:$folder/debian.tar:debian:1" "oci:$folder/copy:debian"; umoci unpack --image "$folder/copy:debian" "$folder/unpacked" *>$null }
    if (Get-Command dockerd -ErrorAction Ignore) {
        $daemon = Start-Docker "$folder/docker" $RootFs
        Import-ContainerImage "$folder/debian.tar" | Out-Null
        $image = (Get-ContainerImage).Name
        $container = New-Container os1 $image -Idle
        Invoke-ContainerCommand os1 sh -ArgumentList '-c', 'echo changed > /etc/motd'
        $theirs = docker run -d --network none bench sh -c 'echo changed > /etc/motd; sleep 10000'
        $number = 0
        Measure-Pair 'New-ContainerImage of one changed file against docker commit' -Rounds $Rounds -WarmUp 1 -Wanted 10 `
            -Ours { New-ContainerImage $container "changed:$((++$script:number))" } -Theirs { docker commit $theirs "changed:$($script:number)" }
        Measure-Pair 'A second container of an image against docker run -d' -Rounds $Rounds -WarmUp 1 -Wanted 10 `
            -Ours { New-Container second $image -Network None } -Theirs { docker run -d --name second --network none bench sleep 10000 } `
            -After { Remove-Container second -Force; docker rm -f second | Out-Null }
        Get-Container | Remove-Container -Force
        Get-ContainerImage | Remove-ContainerImage -Force
    }
    Measure-Pair 'Import-ContainerImage against podman load' -Rounds $Rounds -WarmUp 1 -After $clean `
        -Ours { Import-ContainerImage "$folder/debian.tar" } `
        -Theirs { Invoke-Podman load -q -i "$folder/debian.tar" }
}
finally {
    Get-Container | Remove-Container -Force
    if ($daemon) { Stop-Docker $daemon }
    Get-ContainerImage | Remove-ContainerImage
    foreach ($mount in (Get-Content /proc/self/mountinfo | ForEach-Object { ($_ -split ' ')[4] } | Where-Object { $_.StartsWith("$folder/") } | Sort-Object -Descending)) { umount $mount }
    Remove-Item -Recurse -Force $folder
    Remove-Item env:PSCONTAINER_ROOT -ErrorAction Ignore
}
