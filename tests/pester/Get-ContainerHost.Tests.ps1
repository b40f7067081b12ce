#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery { . $PSScriptRoot/Setting/All.ps1 }

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage get-containerhost
}

AfterAll { Exit-Storage }

Describe 'Get-ContainerHost' {
    BeforeAll { $machine = Get-ContainerHost }

    It 'says what uname, meminfo and the module say' {
        $machine.Kernel | Should -Be (uname -r)
        $machine.Name | Should -Be (uname -n)
        $machine.MemoryTotal | Should -Be ([long]((Get-Content /proc/meminfo | Where-Object { $_ -like 'MemTotal:*' }) -replace '\D') * 1KB)
        $machine.Version | Should -Be ((Get-Module PSContainer).Version.ToString())
        $machine.IsRoot | Should -Be ((id -u) -eq 0)
    }

    It 'names every controller that is mounted, once' {
        $mounted = Get-Content /proc/self/mountinfo | Where-Object { $_ -match ' - cgroup ' } | ForEach-Object { ($_ -split ' ')[-1] -split ',' }
        $known = $mounted | Where-Object { $_ -in 'cpu', 'memory', 'pids', 'cpuset', 'blkio', 'devices', 'freezer' } | Sort-Object -Unique
        $v2 = Get-Content (Get-Content /proc/self/mountinfo | Where-Object { $_ -match ' - cgroup2 ' } | ForEach-Object { ($_ -split ' ')[4] + '/cgroup.controllers' }) -ErrorAction Ignore
        foreach ($name in @($known) + @("$v2" -split ' ' -ne '')) { $machine.CgroupControllers.Name | Should -Contain $name }
        ($machine.CgroupControllers.Name | Group-Object | Where-Object Count -gt 1) | Should -BeNullOrEmpty
    }

    It 'names the namespaces of /proc/self/ns' {
        $machine.NamespaceTypes | Should -Be @((Get-ChildItem /proc/self/ns).Name -notlike '*_for_children' | Sort-Object)
    }

    It 'tells where the storage lies, and how much is free' {
        $machine.Data.Path | Should -Be ([IO.Path]::GetFullPath($env:PSCONTAINER_ROOT))
        $machine.Data.FileSystem | Should -Be (findmnt -n -o FSTYPE -T ([IO.Path]::GetTempPath()))
        $free = [long](df --output=avail -B1 ([IO.Path]::GetTempPath()) | Select-Object -Last 1)
        [Math]::Abs($machine.Data.Free - $free) | Should -BeLessThan 512MB
    }

    It 'makes no folder by being asked' { Test-Path $env:PSCONTAINER_ROOT | Should -BeFalse }

    It 'shows sizes in words' { $machine | Out-String | Should -Match 'GiB|MiB' }

    It 'counts containers by their state' -Tag Root -Skip:(-not $isRoot) {
        $null = New-Container running
        $null = New-Container created -NoStart
        $null = New-Container ended -Command true
        $null = Wait-Container ended
        try {
            $counted = Get-ContainerHost
            $counted.Containers, $counted.Running, $counted.Created, $counted.Stopped, $counted.Paused | Should -Be 3, 1, 1, 1, 0
        }
        finally { Get-Container | Remove-Container -Force }
    }
}
