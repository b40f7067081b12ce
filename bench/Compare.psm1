# What the benchmarks share: pairs in turn, so that a busy moment of the machine hits both sides, and medians of them.

# Starts a PowerShell like this one.
$env:PSCONTAINER_PSHOME = $PSHOME
$pwsh = "$PSScriptRoot/../build/powershell.sh"

function Get-Median([double[]] $Value) {
    $sorted = @($Value | Sort-Object)
    $sorted[[int][math]::Floor($sorted.Count / 2)]
}

function Measure-Once([scriptblock] $Work) {
    $watch = [Diagnostics.Stopwatch]::StartNew()
    $null = & $Work
    $watch.Elapsed.TotalMilliseconds
}

<#
.SYNOPSIS
Runs two pieces of work in turn and returns their medians and the ratio, ours over theirs, pair by pair. Who goes first alternates, since
what one leaves behind (warm caches, a busy processor) is what the other begins with.
#>
function Measure-Pair {
    param(
        [Parameter(Mandatory)] [string] $Name,
        [Parameter(Mandatory)] [scriptblock] $Ours,
        [Parameter(Mandatory)] [scriptblock] $Theirs,
        [scriptblock] $After = {},
        [int] $Rounds = 15,
        [int] $WarmUp = 3,
        # How many times faster it is meant to be.
        [double] $Wanted = 1
    )
    $mine = [Collections.Generic.List[double]]::new()
    $peers = [Collections.Generic.List[double]]::new()
    for ($i = -$WarmUp; $i -lt $Rounds; $i++) {
        if ($i % 2) { $b = Measure-Once $Theirs; $a = Measure-Once $Ours }
        else { $a = Measure-Once $Ours; $b = Measure-Once $Theirs }
        & $After
        if ($i -ge 0) { $mine.Add($a); $peers.Add($b) }
    }
    $ratios = for ($i = 0; $i -lt $mine.Count; $i++) { $peers[$i] / $mine[$i] }
    [pscustomobject]@{
        Name         = $Name
        OursMs       = [math]::Round((Get-Median $mine), 2)
        TheirsMs     = [math]::Round((Get-Median $peers), 2)
        TimesFaster  = [math]::Round((Get-Median $ratios), 2)
        Wanted       = $Wanted
    }
}

<#
.SYNOPSIS
A busybox root in a new folder, which the caller removes.
#>
function New-BusyboxRoot {
    $root = Join-Path ([IO.Path]::GetTempPath()) "pscontainer-bench-$([guid]::NewGuid().ToString('n').Substring(0, 8))"
    foreach ($folder in 'bin', 'proc', 'sys', 'dev', 'etc', 'tmp') { $null = New-Item -ItemType Directory "$root/$folder" -Force }
    $busybox = (Get-Command busybox -ErrorAction Stop).Source
    Copy-Item $busybox "$root/bin/busybox"
    foreach ($name in 'sh', 'true', 'sleep', 'cat', 'id') { $null = New-Item -ItemType SymbolicLink "$root/bin/$name" -Target busybox }
    $root
}

<#
.SYNOPSIS
Starts a dockerd of its own, with all that is its in a new folder, and returns its process once it answers; `docker` talks to it from then on.
#>
function Start-Docker {
    param(
        # Must not be there yet; the caller removes it after Stop-Docker.
        [Parameter(Mandatory)] [string] $Folder,
        # A root file system that becomes its image 'bench'.
        [string] $RootFs,
        # What dockerd does about the network: nothing, unless more is said.
        [string[]] $Network = ('--iptables=false', '--ip6tables=false', '--bridge=none'),
        # What ends with its run.
        [string] $Run = "$Folder/exec",
        # Where it lives; the caller's own unless one is given.
        [string] $NetworkNamespace = "/proc/$PID/ns/net"
    )
    $null = New-Item -ItemType Directory $Folder
    $env:DOCKER_HOST = "unix://$Folder/sock"
    $arguments = @('--data-root', "$Folder/data", '--exec-root', $Run, '-p', "$Folder/pid", '-H', $env:DOCKER_HOST) + $Network
    # nsenter becomes dockerd, so its process is dockerd's.
    $process = Start-Process nsenter -ArgumentList (@("--net=$NetworkNamespace", '--', 'dockerd') + $arguments) -RedirectStandardError "$Folder/log" -RedirectStandardOutput "$Folder/out" -PassThru
    for ($i = 0; $i -lt 300 -and -not $process.HasExited; $i++) {
        docker info *> $null
        if ($LASTEXITCODE -eq 0) {
            if ($RootFs) { sh -c "tar -C '$RootFs' -c . | docker import - bench" | Out-Null }
            return $process
        }
        Start-Sleep -Milliseconds 100
    }
    if (-not $process.HasExited) { kill $process.Id; $null = $process.WaitForExit(20000) }
    Remove-Item env:DOCKER_HOST
    throw "dockerd does not answer: $(Get-Content "$Folder/log" -Tail 1)"
}

<#
.SYNOPSIS
Removes the containers of a dockerd from Start-Docker, and ends it.
#>
function Stop-Docker([Diagnostics.Process] $Daemon) {
    docker ps -aq | ForEach-Object { docker rm -f $_ | Out-Null }
    # SIGTERM, so that it ends its containerd as well.
    kill $Daemon.Id
    $null = $Daemon.WaitForExit(20000)
    Remove-Item env:DOCKER_HOST
}

Export-ModuleMember -Variable pwsh -Function Get-Median, Measure-Once, Measure-Pair, New-BusyboxRoot, Start-Docker, Stop-Docker
