# Other PowerShells beside this one: in this process, to be stopped as Ctrl+C stops them, and in processes of their own.

# Starts one like this.
$env:PSCONTAINER_PSHOME = $PSHOME
$pwsh = (Resolve-Path "$PSScriptRoot/../../../build/powershell.sh").Path

# A runspace that has the module and runs a script; Stop() on it is what Ctrl+C is to a prompt.
function Start-Pipeline([string] $Script) {
    $shell = [powershell]::Create()
    $null = $shell.AddScript("Import-Module '$module'; $Script")
    $output = [Management.Automation.PSDataCollection[psobject]]::new()
    $run = $shell.BeginInvoke([Management.Automation.PSDataCollection[psobject]]::new(), $output)
    [pscustomobject]@{ Shell = $shell; Output = $output; Run = $run }
}

# Milliseconds until it has let go.
function Stop-Pipeline($Pipeline) {
    $clock = [Diagnostics.Stopwatch]::StartNew()
    $Pipeline.Shell.Stop()
    $Pipeline.Shell.Dispose()
    $clock.ElapsedMilliseconds
}

# What a script returns and tells, as texts. There is no host here, to which -WhatIf would write past every redirection.
function Invoke-Unseen([string] $Script) {
    $shell = [powershell]::Create()
    try { $shell.AddScript("Import-Module '$module'; & { $Script } 6>&1").Invoke() | ForEach-Object { "$_" } }
    finally { $shell.Dispose() }
}

# A pwsh that imports the module, says "ready", and runs the script once a line comes in.
function Start-Session([string] $Script) {
    $start = [Diagnostics.ProcessStartInfo]::new($pwsh)
    '-NoProfile', '-NonInteractive', '-Command', "Import-Module '$module'; 'ready'; `$null = [Console]::ReadLine(); $Script" |
        ForEach-Object { $start.ArgumentList.Add($_) }
    $start.RedirectStandardInput = $start.RedirectStandardOutput = $true
    [Diagnostics.Process]::Start($start)
}

# As nobody, from nobody's own folder; returns what it prints.
function Invoke-AsNobody([string] $Script, [string[]] $Environment = @('HOME=/tmp'), [string] $Module = $module) {
    $nobody = '--reuid', '65534', '--regid', '65534', '--clear-groups', '--inh-caps=-all'
    $theirs = $PSHOME
    # A .NET tool lies in root's own folder.
    setpriv @nobody test -r "$PSHOME/pwsh.dll"
    if ($LASTEXITCODE) {
        $theirs = "$(Get-RunFolder).powershell"
        if (-not (Test-Path $theirs)) { Copy-Item $PSHOME $theirs -Recurse; chmod -R a+rX $theirs }
    }
    setpriv @nobody env @Environment "PSCONTAINER_PSHOME=$theirs" $pwsh -NoProfile -NonInteractive -Command "Import-Module '$Module'; $Script" 2>&1 |
        ForEach-Object { "$_" }
}

# What Tab offers behind a line.
function Complete([string] $Line) { (TabExpansion2 $Line $Line.Length).CompletionMatches.CompletionText }
