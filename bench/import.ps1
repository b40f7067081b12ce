#!/usr/bin/env pwsh
<#
.SYNOPSIS
What Import-Module costs beyond an empty script module, in new processes, in turn.
#>
[CmdletBinding()]
param(
    [string] $Module = "$PSScriptRoot/../out/PSContainer/PSContainer.psd1",
    [int] $Rounds = 9
)
$ErrorActionPreference = 'Stop'
Import-Module "$PSScriptRoot/Compare.psm1" -Force

$Module = (Resolve-Path $Module).Path
$empty = Join-Path ([IO.Path]::GetTempPath()) "pscontainer-bench-$PID.psm1"
Set-Content $empty ''
try {
    function Measure-Import([string] $Path) {
        [double](& $pwsh -NoProfile -NonInteractive -Command "`$w = [Diagnostics.Stopwatch]::StartNew(); Import-Module '$Path'; `$w.Elapsed.TotalMilliseconds.ToString([cultureinfo]::InvariantCulture)")
    }
    $ours = [Collections.Generic.List[double]]::new()
    $bare = [Collections.Generic.List[double]]::new()
    for ($i = -1; $i -lt $Rounds; $i++) {
        $a = Measure-Import $Module
        $b = Measure-Import $empty
        if ($i -ge 0) { $ours.Add($a); $bare.Add($b) }
    }
    [pscustomobject]@{
        Name = 'Import-Module beyond an empty one, ms'
        OursMs = [math]::Round((Get-Median $ours), 1)
        EmptyMs = [math]::Round((Get-Median $bare), 1)
        BeyondMs = [math]::Round((Get-Median $ours) - (Get-Median $bare), 1)
        Wanted = 60
    }
}
finally {
    Remove-Item $empty
}
