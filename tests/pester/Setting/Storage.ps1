# Every test file works in a storage of its own, below one folder of the whole run, so that what it leaves can be told from
# what others on this machine do. Dot-source it in BeforeAll, then Enter-Storage; in AfterAll, Exit-Storage.

$module = $env:PSCONTAINER_MODULE ? $env:PSCONTAINER_MODULE : "$PSScriptRoot/../../../out/PSContainer/PSContainer.psd1"
$module = (Resolve-Path $module).Path

# The folder of the whole run, and the cgroups that were there before it: Leaks.Tests.ps1 looks at both.
function Get-RunFolder {
    if (-not $env:PSCONTAINER_TEST_RUN) {
        $env:PSCONTAINER_TEST_RUN = [IO.Directory]::CreateTempSubdirectory('pscontainer-pester-').FullName
        chmod 755 $env:PSCONTAINER_TEST_RUN
        $global:PSContainerCgroupsBefore = @(Get-Cgroup '*')
        $global:PSContainerLinksBefore = @(Get-HostLink)
    }
    $env:PSCONTAINER_TEST_RUN
}

# Bridges of networks and halves of containers' veth pairs on this machine, whoever's they are.
function Get-HostLink { (Get-ChildItem /sys/class/net).Name | Where-Object { $_ -match '^pc-.*-[0-9a-f]{6}$|^psv[0-9a-f]{9}-\d+$' } }

# v1 has a folder in each hierarchy, v2 has one in all.
function Get-Cgroup([string] $Id) {
    "/sys/fs/cgroup/pscontainer-$Id", "/sys/fs/cgroup/*/pscontainer-$Id" | Get-Item -ErrorAction Ignore | ForEach-Object FullName
}

function Enter-Storage([string] $Name) {
    $script:folder = New-Item -ItemType Directory -Force (Join-Path (Get-RunFolder) $Name)
    $script:rootBefore = $env:PSCONTAINER_ROOT
    $env:PSCONTAINER_ROOT = Join-Path $folder storage
    $global:PSContainerRoots += @($env:PSCONTAINER_ROOT)
    Import-Module $module -Force
}

function Exit-Storage {
    try {
        Get-Container | Remove-Container -Force
        Get-ContainerNetwork | Remove-ContainerNetwork
        # Compiled filters of system calls are for the next container.
        foreach ($left in 'containers', 'run', 'names', 'networks') { Get-ChildItem -LiteralPath "$env:PSCONTAINER_ROOT/$left" -ErrorAction Ignore | Where-Object Extension -ne .filter | Should -BeNullOrEmpty }
    }
    finally {
        # What a failed test has left must not make the next file fail; Leaks.Tests.ps1 still sees the folder.
        Get-Process pscontainer -ErrorAction Ignore | Where-Object CommandLine -match ([regex]::Escape($folder)) | Stop-Process -Force
        $env:PSCONTAINER_ROOT = $rootBefore
    }
    Remove-Item -LiteralPath $folder -Recurse -Force
}

# What the kernel does after a process has ended takes a moment.
function Wait-Until([scriptblock] $Condition, [double] $Seconds = 5) {
    $clock = [Diagnostics.Stopwatch]::StartNew()
    while ($clock.Elapsed.TotalSeconds -lt $Seconds) {
        if (& $Condition) { return $true }
        Start-Sleep -Milliseconds 20
    }
    [bool](& $Condition)
}

function Get-NamespaceLink([int] $ProcessId, [string] $Type) { (Get-Item "/proc/$ProcessId/ns/$Type").LinkTarget }

# The supervisor is nowhere in the output: it is what the state says.
function Get-SupervisorId($Container) { (Get-Content "$env:PSCONTAINER_ROOT/run/$($Container.Id)/state.json" | ConvertFrom-Json).supervisor }

# What a shell in a container prints, in one text.
function Read-Inside($Container, [string] $Script) { (Invoke-ContainerCommand $Container sh -ArgumentList '-c', $Script 2>&1) -join "`n" }

# All that a container is on this machine beyond its own record; empty once it has ended.
function Get-Trace([string] $Id) {
    Get-Cgroup $Id
    Get-Item "$env:PSCONTAINER_ROOT/run/$Id" -ErrorAction Ignore | ForEach-Object FullName
    Select-String -SimpleMatch $Id /proc/self/mountinfo | ForEach-Object Line
    foreach ($process in Get-Process pscontainer -ErrorAction Ignore) { if ($process.CommandLine -match $Id) { "process $($process.Id)" } }
}
