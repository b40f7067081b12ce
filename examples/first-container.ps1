#!/usr/bin/env pwsh
#Requires -Version 7.4
# A first container: starts one on a throwaway copy of this machine's root, with 40 MB of memory, looks at it from inside
# and from outside, and removes it again.
[CmdletBinding()]
param([string] $Module = "$PSScriptRoot/../out/PSContainer")
$ErrorActionPreference = 'Stop'
Import-Module $Module

# A store of its own, so that nothing of this stays and no name is in use.
$env:PSCONTAINER_ROOT = [IO.Directory]::CreateTempSubdirectory('pscontainer-first-').FullName
try {
    "`nPS> New-Container os1 -Memory 40MB"
    $container = New-Container os1 -Memory 40MB
    $container | Format-Table

    function Inside([string] $Command, [string[]] $ArgumentList = @()) { Invoke-ContainerCommand $container $Command $ArgumentList }
    function Aspect($Aspect, $Inside, $Outside) { [pscustomobject]@{ Aspect = $Aspect; Inside = $Inside; Outside = $Outside } }

    'The same question, asked inside and outside'
    & {
        Aspect 'host name' (Inside hostname) (hostname)
        Aspect 'processes' (Inside ps '-e', '-o', 'pid=').Count (ps -e -o pid=).Count
        Aspect 'this process' (Inside cat /proc/self/stat).Split()[0] $PID
        Aspect 'network interfaces' ((Inside ls /sys/class/net) -join ' ') ((Get-ChildItem /sys/class/net).Name -join ' ')
        Aspect 'memory limit' (Inside sh '-c', 'cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null') $container.Limit.MemoryMax
        foreach ($type in 'mnt', 'uts', 'ipc', 'pid', 'net', 'cgroup', 'user', 'time') {
            if (-not (Test-Path "/proc/self/ns/$type")) { continue }
            $in, $out = (Inside readlink "/proc/self/ns/$type"), (readlink "/proc/$PID/ns/$type")
            Aspect "$type namespace" ($in -replace '\D') (($out -replace '\D') + ($in -eq $out ? ' (shared)' : ''))
        }
    } | Format-Table

    'PS> Get-Namespace -Container os1'
    Get-Namespace -Container os1 | Format-Table

    'PS> Invoke-ContainerCommand os1 ps aux'
    Inside ps aux
}
finally {
    Get-Container | Remove-Container -Force
    Remove-Item $env:PSCONTAINER_ROOT -Recurse
    Remove-Item Env:PSCONTAINER_ROOT
}
"`nPS> Remove-Container os1 -Force"
"It is gone: no process, mount, cgroup or folder of it is left."
