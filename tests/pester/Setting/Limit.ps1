# What tests of limits share.

$started = [Collections.Generic.List[Diagnostics.Process]]::new()

function Start-Sleeper {
    $process = [Diagnostics.Process]::Start('sleep', '600')
    $started.Add($process)
    $process
}

# The kernel's own file: the group in the hierarchy that has the controller, else the one group of cgroup v2.
function Get-CgroupFolder([int] $ProcessId, [string] $Controller) {
    $lines = Get-Content "/proc/$ProcessId/cgroup"
    $v1 = $lines | Where-Object { ($_ -split ':')[1] -split ',' -contains $Controller }
    if ($v1) { return "/sys/fs/cgroup/$(($v1 -split ':')[1])$(($v1 -split ':', 3)[2])" }
    '/sys/fs/cgroup' + (($lines | Where-Object { $_ -like '0::*' }) -split ':', 3)[2]
}

function Get-KernelValue([int] $ProcessId, [string] $Controller, [string] $V1File, [string] $V2File) {
    $folder = Get-CgroupFolder $ProcessId $Controller
    $file = (Test-Path "$folder/$V1File") ? $V1File : $V2File
    (Get-Content "$folder/$file" -Raw).Trim()
}

function Clear-Everything {
    Get-Container | Remove-Container -Force
    foreach ($process in $started) {
        $process.Kill()
        $process.WaitForExit()
        # A group outlives its process; the next limit of a process in the same place would remove it too.
        Get-ChildItem /sys/fs/cgroup -Recurse -Directory -Filter "pscontainer.limit-$($process.Id)-*" -ErrorAction Ignore |
            ForEach-Object { rmdir $_.FullName }
    }
    $started.Clear()
}
