#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

# Last of all: what the files before this one have left on the machine. The folder below the run's own tells which file.

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    $run = Get-RunFolder
}

Describe 'What the run leaves behind' -Tag Leaks {
    It 'is no folder' {
        (Get-ChildItem -Recurse -Force -LiteralPath $run).FullName | Should -BeNullOrEmpty
    }

    It 'is no process' {
        $left = { Get-Process | Where-Object { $_.Id -ne $PID -and $_.CommandLine -match [regex]::Escape($run) } | ForEach-Object CommandLine }
        $null = Wait-Until { -not (& $left) }
        & $left | Should -BeNullOrEmpty
    }

    It 'is no zombie among the children of this session' {
        $null = Wait-Until { -not (Get-Process pscontainer -ErrorAction Ignore | Where-Object { $_.Parent.Id -eq $PID }) }
        Get-Process pscontainer -ErrorAction Ignore | Where-Object { $_.Parent.Id -eq $PID } | Should -BeNullOrEmpty
    }

    It 'is no mount, in any namespace' {
        $mounts = foreach ($process in Get-Process) {
            # It may have ended since.
            try { [IO.File]::ReadAllLines("/proc/$($process.Id)/mountinfo") -match [regex]::Escape($run) } catch [IO.IOException] { }
        }
        $mounts | Select-Object -Unique | Should -BeNullOrEmpty
    }

    It 'is no cgroup' {
        # Those with processes in them belong to somebody else's container: the processes of this run's are gone.
        $left = {
            Get-Cgroup '*' | Where-Object { $_ -notin $PSContainerCgroupsBefore -and $_ -match 'pscontainer-[0-9a-f]{32}$' } |
                Where-Object { -not (Get-Content "$_/cgroup.procs" -ErrorAction Ignore) -and (Test-Path -LiteralPath $_) }
        }
        $null = Wait-Until { -not (& $left) }
        & $left | Should -BeNullOrEmpty
    }

    It 'is no link' {
        # The kernel takes a container's links away a moment after its last process; others may be at work here with their own.
        $left = {
            foreach ($link in Get-HostLink | Where-Object { $_ -notin $PSContainerLinksBefore }) {
                # A container's link hangs on its network's bridge, whose alias says where that is written down.
                $bridge = $link -like 'psv*' ? "/sys/class/net/$link/master" : "/sys/class/net/$link"
                if (-not (Test-Path $bridge) -or (Get-Content "$bridge/ifalias" -ErrorAction Ignore) -match [regex]::Escape($run)) { $link }
            }
        }
        $null = Wait-Until { -not (& $left) } 20
        & $left | Should -BeNullOrEmpty
    }

    It 'is no table of the firewall' -Skip:(-not (Get-Command nft -ErrorAction Ignore)) {
        $own = $PSContainerRoots | ForEach-Object { [PSContainer.Engine.Networks.Firewall.FirewallTable]::Name([PSContainer.Engine.State.StorageRoot]::At($_)) }
        $left = { (nft list tables 2>$null) | ForEach-Object { ($_ -split ' ')[-1] } | Where-Object { $_ -in $own } }
        $null = Wait-Until { -not (& $left) } 20
        & $left | Should -BeNullOrEmpty
    }

    It 'is no open descriptor in this session' {
        $open = Get-ChildItem "/proc/$PID/fd" -ErrorAction Ignore | Where-Object { $_.LinkTarget -match [regex]::Escape($run) }
        $open.LinkTarget | Should -BeNullOrEmpty
    }
}
