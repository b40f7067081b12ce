# A docker daemon of the test's own: no network of its own, no rules, everything below one folder.

# The daemon's process, or nothing where this machine has none or it does not come up.
function Start-Docker([string] $Folder) {
    if (@(Get-Command docker, dockerd -CommandType Application -ErrorAction Ignore | Select-Object -Unique Name).Count -lt 2) { return }
    $null = New-Item -ItemType Directory -Force $Folder
    $start = [Diagnostics.ProcessStartInfo]::new((Get-Command dockerd -CommandType Application | Select-Object -First 1).Source)
    '--data-root', "$Folder/data", '--exec-root', "$Folder/exec", '-p', "$Folder/pid", '-H', "unix://$Folder/sock", '--storage-driver', 'vfs',
    '--iptables=false', '--ip6tables=false', '--bridge=none', '--log-level', 'fatal' | ForEach-Object { $start.ArgumentList.Add($_) }
    $start.RedirectStandardOutput = $start.RedirectStandardError = $true
    $daemon = [Diagnostics.Process]::Start($start)
    $daemon.BeginOutputReadLine()
    $daemon.BeginErrorReadLine()
    if (Wait-Until { $daemon.HasExited -or $(docker -H "unix://$Folder/sock" version *>$null; $LASTEXITCODE -eq 0) } 60) { if (-not $daemon.HasExited) { return $daemon } }
    Stop-Docker $daemon $Folder
}

function Stop-Docker($Daemon, [string] $Folder) {
    if ($Daemon -and -not $Daemon.HasExited) {
        sh -c "kill $($Daemon.Id)"
        if (-not $Daemon.WaitForExit(30000)) { $Daemon.Kill($true); $Daemon.WaitForExit() }
    }
    foreach ($mount in (Get-Content /proc/self/mountinfo | ForEach-Object { ($_ -split ' ')[4] } | Where-Object { $_.StartsWith("$Folder/") } | Sort-Object -Descending)) { umount $mount }
    Remove-Item -Recurse -Force -LiteralPath $Folder -ErrorAction Ignore
}
