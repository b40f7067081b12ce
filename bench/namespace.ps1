#!/usr/bin/env pwsh
<#
.SYNOPSIS
Compares Get-Namespace in a warm session with lsns(8), as a ratio in one run.
.DESCRIPTION
For each count, that many sleeping processes are added to those that run anyway. Rounds of both alternate, so that a
busy moment hits both, and the median is taken. lsns runs in a loop of a shell rather than from PowerShell, whose own
cost of starting a process would be counted against it.
#>
[CmdletBinding()]
param(
    [string] $Module = "$PSScriptRoot/../out/PSContainer/PSContainer.psd1",
    [int[]] $ProcessCount = @(50, 1500),
    [int] $Rounds = 7,
    [int] $Repeat = 5
)
$ErrorActionPreference = 'Stop'
Import-Module $Module -Force

function Get-Median([double[]] $Value) {
    $sorted = $Value | Sort-Object
    $sorted[[int][math]::Floor($sorted.Count / 2)]
}

foreach ($count in $ProcessCount) {
    $loop = "i=0; while [ `$i -lt $count ]; do sleep 600 & i=`$((i+1)); done; wait"
    # A session of its own: one signal to its process group removes them all.
    $start = [Diagnostics.ProcessStartInfo]::new('setsid')
    foreach ($argument in 'sh', '-c', $loop) { $start.ArgumentList.Add($argument) }
    $sleepers = [Diagnostics.Process]::Start($start)
    try {
        $deadline = [datetime]::UtcNow.AddSeconds(30)
        $children = "/proc/$($sleepers.Id)/task/$($sleepers.Id)/children"
        do { Start-Sleep -Milliseconds 100 }
        until (((Get-Content $children -Raw) -split " ").Count -gt $count -or [datetime]::UtcNow -gt $deadline)

        # Compiled in tiers: the first dozens of scans are slower than those of a warm session.
        for ($i = 0; $i -lt 40; $i++) { $null = Get-Namespace }
        $cmdlet = [Collections.Generic.List[double]]::new()
        $table = [Collections.Generic.List[double]]::new()
        $lsns = [Collections.Generic.List[double]]::new()
        $watch = [Diagnostics.Stopwatch]::new()
        for ($round = 0; $round -lt $Rounds; $round++) {
            $watch.Restart()
            for ($i = 0; $i -lt $Repeat; $i++) { $null = Get-Namespace }
            $cmdlet.Add($watch.Elapsed.TotalMilliseconds / $Repeat)
            $watch.Restart()
            for ($i = 0; $i -lt $Repeat; $i++) { $null = Get-Namespace | Out-String }
            $table.Add($watch.Elapsed.TotalMilliseconds / $Repeat)
            $watch.Restart()
            sh -c "i=0; while [ `$i -lt $Repeat ]; do lsns >/dev/null; i=`$((i+1)); done"
            $lsns.Add($watch.Elapsed.TotalMilliseconds / $Repeat)
        }

        [pscustomobject]@{
            Processes = (Get-Namespace user | Measure-Object NProcs -Sum).Sum
            LsnsMs = [math]::Round((Get-Median $lsns), 2)
            GetNamespaceMs = [math]::Round((Get-Median $cmdlet), 2)
            AsTextMs = [math]::Round((Get-Median $table), 2)
            Ratio = [math]::Round((Get-Median $cmdlet) / (Get-Median $lsns), 3)
            Wanted = 0.5
        }
    }
    finally {
        sh -c "kill -9 -$($sleepers.Id)"
        $sleepers.WaitForExit()
    }
}
