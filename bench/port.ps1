#!/usr/bin/env pwsh
<#
.SYNOPSIS
Compares what goes through a published port with docker's, as ratios in one run: requests one after another, and one large file.
.DESCRIPTION
Each side has a network namespace of its own, so that neither's packets pass the other's rules; who asks is in it as well, as on one machine.
A dockerd is started there, whose rules and proxies are docker's usual ones. Nothing of it is left. ab is Debian's apache2-utils.
#>
[CmdletBinding()]
param(
    [string] $Module = "$PSScriptRoot/../out/PSContainer/PSContainer.psd1",
    [int] $Rounds = 21,
    [int] $Requests = 300,
    [long] $Size = 100MB,
    # Set where the script calls itself inside its namespace.
    [switch] $Inside
)
$ErrorActionPreference = 'Stop'
Import-Module "$PSScriptRoot/Compare.psm1" -Force
if (-not $Inside) {
    $again = '-NoProfile', '-File', $PSCommandPath, '-Module', (Resolve-Path $Module).Path, '-Rounds', $Rounds, '-Requests', $Requests, '-Size', $Size, '-Inside'
    unshare --net $pwsh @again
    return
}
Import-Module $Module -Force

$root = New-BusyboxRoot
$engine = "$root.docker"
$env:PSCONTAINER_ROOT = "$root.storage"
$daemon = $null
$theirs = "pscbench$PID"

# Asks in the one namespace or the other.
function Invoke-Here { nsenter "--net=/proc/$PID/ns/net" -- @args }
function Invoke-There { nsenter "--net=/run/netns/$theirs" -- @args }

try {
    foreach ($needed in 'dockerd', 'ab', 'ip') { if (-not (Get-Command $needed -ErrorAction Ignore)) { throw "$needed is not installed (Debian: docker.io, apache2-utils, iproute2)." } }
    ip netns add $theirs
    foreach ($in in 'Invoke-Here', 'Invoke-There') {
        & $in ip link set lo up
        & $in ip addr add 198.51.100.1/32 dev lo
        & $in sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward'
    }
    $daemon = Start-Docker $engine $root -Network @() -NetworkNamespace "/run/netns/$theirs"
    $null = New-Item -ItemType Directory "$root.www"
    Set-Content "$root.www/small" hello
    fallocate -l $Size "$root.www/large"
    $serve = 'busybox', 'httpd', '-f', '-p', '80', '-h', '/www'
    $null = New-Container web -RootFs $root -Volume "$root.www:/www:ro" -Publish 8080:80 -Command $serve[0] -ArgumentList $serve[1..6]
    $null = docker run -d --name web -v "$root.www:/www:ro" -p 8080:80 bench "/bin/$($serve[0])" @($serve[1..6])
    foreach ($in in 'Invoke-Here', 'Invoke-There') {
        for ($i = 0; $i -lt 100; $i++) {
            & $in curl -s -m 2 'http://127.0.0.1:8080/small' > $null
            if ($LASTEXITCODE -eq 0) { break }
            Start-Sleep -Milliseconds 50
        }
        if ($LASTEXITCODE) { throw "Nobody answers to $in." }
    }

    foreach ($address in '198.51.100.1', '127.0.0.1', '[::1]') {
        $url = "http://${address}:8080"
        # A connection for each request, as a browser's first one is.
        Measure-Pair -Name "$Requests requests to ${address}: ours : docker's" -Rounds $Rounds -Wanted 1 `
            -Ours { Invoke-Here ab -q -n $Requests "$url/small" *> $null } -Theirs { Invoke-There ab -q -n $Requests "$url/small" *> $null }
        Measure-Pair -Name "$($Size / 1MB) MB from ${address}: ours : docker's" -Rounds $Rounds -Wanted 1 `
            -Ours { Invoke-Here curl -s -g -o /dev/null "$url/large" } -Theirs { Invoke-There curl -s -g -o /dev/null "$url/large" }
    }
}
finally {
    Get-Container | Remove-Container -Force
    if ($daemon) { Stop-Docker $daemon }
    ip netns del $theirs
    Remove-Item -Recurse -Force $root, "$root.www", $engine, $env:PSCONTAINER_ROOT -ErrorAction Ignore
    Remove-Item env:PSCONTAINER_ROOT -ErrorAction Ignore
}
