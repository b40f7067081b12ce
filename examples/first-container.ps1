#!/usr/bin/env pwsh
#Requires -Version 7.6
# A first container: starts one on a throwaway copy of this machine's root, with 40 MB of memory, looks at it from inside
# and from outside, and removes it again.
[CmdletBinding()]
param([string] $Module = "$PSScriptRoot/../out/PSContainer")
$ErrorActionPreference = 'Stop'
Import-Module $Module

# A store of its own: no name is in use there, and nothing of it stays.
$store, $env:PSCONTAINER_ROOT = $env:PSCONTAINER_ROOT, [IO.Directory]::CreateTempSubdirectory('pscontainer-first-').FullName
try {
    "`nPS> New-Container os1 -Memory 40MB"
    $container = New-Container os1 -Memory 40MB
    $container | Format-Table

    function Inside([string] $Command, [string[]] $ArgumentList = @()) { Invoke-ContainerCommand $container $Command $ArgumentList }
    function Aspect($Aspect, $Inside, $Outside) { [pscustomobject]@{ Aspect = $Aspect; Inside = $Inside; Outside = $Outside } }

    'The same questions, asked inside and outside'
    & {
        Aspect 'host name' (Inside hostname) (hostname)
        Aspect 'processes' (Inside ps '-e', '-o', 'pid=').Count (ps -e -o pid=).Count
        Aspect 'network interfaces' ((Inside ls /sys/class/net) -join ' ') ((Get-ChildItem /sys/class/net).Name -join ' ')
        foreach ($type in 'mnt', 'uts', 'ipc', 'pid', 'net', 'cgroup', 'user', 'time') {
            if (-not (Test-Path "/proc/self/ns/$type")) { continue }
            $in, $out = (Inside readlink "/proc/self/ns/$type"), (readlink "/proc/$PID/ns/$type")
            Aspect "$type namespace" ($in -replace '\D') (($out -replace '\D') + ($in -eq $out ? ' (shared)' : ''))
        }
    } | Format-Table -AutoSize

    'The limit, as the container sees it'
    $file = Inside sh '-c', 'ls /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null'
    "$($file): $(Inside cat $file) bytes"

    "`nPS> Get-ContainerLimit os1"
    Get-ContainerLimit os1 | Format-Table

    'PS> Get-Namespace -Container os1'
    Get-Namespace -Container os1 | Format-Table

    'PS> Invoke-ContainerCommand os1 ps aux'
    Inside ps aux

    "`nPS> Remove-Container os1 -Force"
    Remove-Container os1 -Force
    $left = @(
        if (Test-Path "/proc/$($container.Pid)/exe") { 'a process' }
        if (Select-String $container.Id /proc/self/mountinfo -Quiet) { 'a mount' }
        if (find /sys/fs/cgroup -name "*$($container.Id)*") { 'a cgroup' }
        if (Get-ChildItem $env:PSCONTAINER_ROOT -Recurse | Where-Object Name -Match "os1|$($container.Id)") { 'a file' }
    )
    "Left of it: $($left ? $left -join ', ' : 'no process, no mount, no cgroup, no file')."
}
finally {
    Get-Container | Remove-Container -Force
    Remove-Item $env:PSCONTAINER_ROOT -Recurse -Force
    $env:PSCONTAINER_ROOT = $store
}
