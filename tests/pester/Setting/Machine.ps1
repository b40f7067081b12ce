# What this machine has, for -Skip.

function Test-Program([string] $Name) { [bool](Get-Command $Name -CommandType Application -ErrorAction Ignore) }

# Dynamically linked, it would not run without this machine's libraries.
function Test-Busybox { (Test-Program busybox) -and (ldd (Get-Command busybox).Source 2>&1 | Out-String) -match 'not a dynamic|statically' }

$isRoot = (id -u) -eq 0
$hasBusybox = Test-Busybox
$hasNft = [bool](Get-Item /usr/sbin/nft, /sbin/nft -ErrorAction Ignore)

# Whoever has the memory controller decides which interface the limits go through.
$isV1 = (Get-Content /proc/self/mountinfo | Where-Object { $_ -match ' - cgroup .*\bmemory\b' }).Count -gt 0
$isV2 = -not $isV1 -and (Test-Path /sys/fs/cgroup/cgroup.controllers)
