#!/usr/bin/env pwsh
<#
.SYNOPSIS
Compares what goes through a published port with docker's, as ratios in one run: requests one after another, and one large file. ab asks
where it is installed (Debian: apache2-utils), which takes less of the processor from those that are measured than .NET's client does.
.DESCRIPTION
All of it runs in a network namespace of its own, with a dockerd of its own, whose rules and proxies are docker's usual ones. Nothing of it is left.
#>
[CmdletBinding()]
param(
    [string] $Module = "$PSScriptRoot/../out/PSContainer/PSContainer.psd1",
    [int] $Rounds = 31,
    [int] $Requests = 100,
    [long] $Size = 100MB,
    # Set where the script calls itself inside its namespace.
    [switch] $Inside
)
$ErrorActionPreference = 'Stop'
if (-not $Inside) {
    $again = '-NoProfile', '-File', $PSCommandPath, '-Module', (Resolve-Path $Module).Path, '-Rounds', $Rounds, '-Requests', $Requests, '-Size', $Size, '-Inside'
    unshare --net (Get-Process -Id $PID).Path @again
    return
}
Import-Module "$PSScriptRoot/Compare.psm1" -Force
Import-Module $Module -Force

$root = New-BusyboxRoot
$engine = "$root.docker"
$env:PSCONTAINER_ROOT = "$root.storage"
$daemon = $null
$ab = Get-Command ab -CommandType Application -TotalCount 1 -ErrorAction Ignore

# A connection for each request, as a browser's first one is.
function Request-Often([string] $Url) {
    if ($ab) { & $ab -q -n $Requests $Url *> $null; return }
    for ($i = 0; $i -lt $Requests; $i++) {
        $request = [Net.Http.HttpRequestMessage]::new('Get', $Url)
        $request.Headers.ConnectionClose = $true
        $answer = $client.Send($request)
        $null = $answer.EnsureSuccessStatusCode()
        $answer.Dispose()
    }
}

try {
    if (-not (Get-Command dockerd -ErrorAction Ignore)) { throw 'dockerd is not installed: there is nothing to compare with (Debian: docker.io).' }
    ip link set lo up
    ip addr add 198.51.100.1/32 dev lo
    $daemon = Start-Docker $engine $root -Network @()
    $null = New-Item -ItemType Directory "$root.www"
    Set-Content "$root.www/small" hello
    fallocate -l $Size "$root.www/large"
    $serve = 'busybox', 'httpd', '-f', '-p', '80', '-h', '/www'
    $null = New-Container web -RootFs $root -Volume "$root.www:/www:ro" -Publish 8080:80 -Command $serve[0] -ArgumentList $serve[1..6]
    $null = docker run -d --name web -v "$root.www:/www:ro" -p 8090:80 bench "/bin/$($serve[0])" @($serve[1..6])
    $client = [Net.Http.HttpClient]::new()
    foreach ($port in 8080, 8090) {
        for ($i = 0; $i -lt 100; $i++) {
            curl -s -m 2 "http://127.0.0.1:$port/small" > $null
            if ($LASTEXITCODE -eq 0) { break }
            Start-Sleep -Milliseconds 50
        }
    }

    foreach ($address in '198.51.100.1', '127.0.0.1', '[::1]') {
        Measure-Pair -Name "$Requests requests to ${address}: ours : docker's" -Rounds $Rounds -Wanted 1 `
            -Ours { Request-Often "http://${address}:8080/small" } -Theirs { Request-Often "http://${address}:8090/small" }
        Measure-Pair -Name "$($Size / 1MB) MB from ${address}: ours : docker's" -Rounds $Rounds -Wanted 1 `
            -Ours { curl -s -g -o /dev/null "http://${address}:8080/large" } -Theirs { curl -s -g -o /dev/null "http://${address}:8090/large" }
    }
}
finally {
    Get-Container | Remove-Container -Force
    if ($daemon) { Stop-Docker $daemon }
    Remove-Item -Recurse -Force $root, "$root.www", $engine, $env:PSCONTAINER_ROOT -ErrorAction Ignore
    Remove-Item env:PSCONTAINER_ROOT -ErrorAction Ignore
}
