#!/usr/bin/env pwsh
<#
.SYNOPSIS
What the first calls of a fresh session cost: the import, and each of three cmdlets, every one in processes of its own; and a whole `pwsh -c` against `docker run -d`.
.DESCRIPTION
Import-Module is measured beyond an empty binary module, with a manifest and without one: reading a manifest takes PowerShell as long as all of ours. the first table of Get-Container beyond the first one of Get-Process, which compiles PowerShell's own
formatting. The pair with docker is the script less an empty one, against a fresh client. Where dockerd is not installed, it is left out.
#>
[CmdletBinding()]
param(
    [string] $Module = "$PSScriptRoot/../out/PSContainer/PSContainer.psd1",
    [int] $Rounds = 11,
    # Set where the script calls itself inside its namespace.
    [switch] $Inside
)
$ErrorActionPreference = 'Stop'
Import-Module "$PSScriptRoot/Compare.psm1" -Force
if (-not $Inside) {
    # Docker and we each set up a bridge and a firewall, as on a machine of their own.
    unshare --net --mount $pwsh -NoProfile -File $PSCommandPath -Module (Resolve-Path $Module).Path -Rounds $Rounds -Inside
    return
}

$Module = (Resolve-Path $Module).Path
$root = New-BusyboxRoot
$empty = "$root.empty.dll"
$manifest = "$root.empty.psd1"
Set-Content $manifest "@{ RootModule = '$(Split-Path -Leaf $empty)'; ModuleVersion = '1.0'; CmdletsToExport = @('Get-Nothing') }"
$env:PSCONTAINER_ROOT = "$root.storage"
$daemon = $null
Add-Type -OutputAssembly $empty -TypeDefinition 'using System.Management.Automation; [Cmdlet("Get", "Nothing")] public class GetNothing : PSCmdlet { }'

# What the script takes in a session of its own, after the set-up, in ms.
function Measure-First([string] $Script, [string] $SetUp = "Import-Module '$Module'") {
    [double](& $pwsh -NoProfile -NonInteractive -Command "$SetUp; `$w = [Diagnostics.Stopwatch]::StartNew(); `$null = & { $Script }; `$w.Elapsed.TotalMilliseconds.ToString([cultureinfo]::InvariantCulture)")
}

# In turn with its like, where it has one, and less that.
function Measure-Fresh([string] $Name, [double] $Wanted, [scriptblock] $Work, [scriptblock] $Less = { 0 }, [scriptblock] $After = {}) {
    $with, $without = [Collections.Generic.List[double]]::new(), [Collections.Generic.List[double]]::new()
    for ($i = -1; $i -lt $Rounds; $i++) {
        $a, $b = (& $Work), (& $Less)
        & $After
        if ($i -ge 0) { $with.Add($a); $without.Add($b) }
    }
    [pscustomobject]@{
        Name = $Name
        Ms = [math]::Round((Get-Median $with) - (Get-Median $without), 1)
        WholeMs = [math]::Round((Get-Median $with), 1)
        LessMs = [math]::Round((Get-Median $without), 1)
        Wanted = $Wanted
    }
}

$importOurs = "Import-Module '$Module'"
$make = "New-Container -RootFs $root -Command sleep -ArgumentList 1000"
$clear = { Import-Module $Module; Get-Container | Remove-Container -Force }
try {
    Measure-Fresh 'Import-Module, beyond an empty one' 50 { Measure-First $importOurs '' } { Measure-First "Import-Module '$empty'" '' }
    Measure-Fresh 'Import-Module, beyond an empty one with a manifest' 50 { Measure-First $importOurs '' } { Measure-First "Import-Module '$manifest'" '' }
    Measure-Fresh 'the first New-Container' 60 { Measure-First $make } -After $clear
    Measure-Fresh 'the first Get-Namespace' 30 { Measure-First Get-Namespace }
    $null = & { Import-Module $Module; Invoke-Expression $make }
    Measure-Fresh 'the first Get-Container with its table, beyond Get-Process''s' 40 { Measure-First 'Get-Container | Out-String' } { Measure-First 'Get-Process -Id $PID | Out-String' }
    & $clear
    if (Get-Command dockerd -ErrorAction Ignore) {
        $daemon = Start-Docker "$root.docker" -RootFs $root -Network @()
        $script:theirs = [Collections.Generic.List[double]]::new()
        $whole = Measure-Fresh 'pwsh -c "Import-Module; New-Container", less an empty script' 0 {
            Measure-Once { & $pwsh -NoProfile -NonInteractive -Command "$importOurs; $make" }
        } { Measure-Once { & $pwsh -NoProfile -NonInteractive -Command '' } } {
            $script:theirs.Add((Measure-Once { docker run -d bench sleep 1000 }))
            & $clear
        }
        [pscustomobject]@{ Name = $whole.Name + ': docker run -d over it'; Ms = $whole.Ms; WholeMs = $whole.WholeMs; LessMs = $whole.LessMs; Wanted = 2
            Times = [math]::Round((Get-Median $theirs) / $whole.Ms, 2) }
    }
}
finally {
    if ($daemon) { Stop-Docker $daemon }
    Remove-Item "$root*" -Recurse -Force
}
