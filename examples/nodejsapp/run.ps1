#!/usr/bin/env pwsh
#Requires -Version 7.6
# From nothing to an answer over HTTP: a Debian root by debootstrap becomes the base image, its child is built, run on the bridge, and asked by the
# port that it is published on. It needs root, debootstrap, npm, and a Debian mirror and an npm registry in reach, of containers too (where a mirror
# or a proxy is this machine's own, Build-ContainerImage has -Network Host). Everything it makes goes into a folder that it removes.
[CmdletBinding()]
param(
    # A port of this machine's that is free.
    [int] $Port = 18080
)
$ErrorActionPreference = 'Stop'
Import-Module "$PSScriptRoot/../../out/PSContainer/PSContainer.psd1"

$folder = [IO.Directory]::CreateTempSubdirectory('nodejsapp-').FullName
$rootBefore = $env:PSCONTAINER_ROOT
$env:PSCONTAINER_ROOT = "$folder/storage"
try {
    debootstrap --variant=minbase bookworm "$folder/debian" | Out-Null
    if ($LASTEXITCODE) { throw "debootstrap ended with $LASTEXITCODE" }
    tar -C "$folder/debian" '--exclude=./var/cache/apt/archives/*.deb' -cf "$folder/debian.tar" .
    Import-ContainerImage "$folder/debian.tar" debian:bookworm

    $null = New-Item -ItemType Directory "$folder/context"
    Copy-Item "$PSScriptRoot/*" "$folder/context" -Exclude run.ps1
    npm install --prefix "$folder/context" --no-audit --no-fund | Out-Host
    if ($LASTEXITCODE) { throw "npm ended with $LASTEXITCODE" }
    Build-ContainerImage "$folder/context" nodejsapp

    $web = New-Container web nodejsapp -Publish "${Port}:8080"
    for ($i = 0; ; $i++) {
        try { Invoke-RestMethod "http://localhost:$Port/"; break }
        catch { if ($i -eq 100) { Get-ContainerLog $web; throw }; Start-Sleep -Milliseconds 200 }
    }
}
finally {
    Get-Container | Remove-Container -Force
    $env:PSCONTAINER_ROOT = $rootBefore
    rm -rf --one-file-system $folder
}
