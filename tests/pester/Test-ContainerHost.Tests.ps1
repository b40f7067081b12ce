#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery {
    . $PSScriptRoot/Setting/All.ps1
    $canDrop = $isRoot -and (Test-Program setpriv)
}

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage test-containerhost
}

AfterAll { Exit-Storage }

Describe 'Test-ContainerHost' {
    BeforeAll { $checks = Test-ContainerHost }

    It 'gives each check a name of its own, a status and a message' {
        $checks.Count | Should -BeGreaterThan 20
        ($checks.Name | Sort-Object -Unique).Count | Should -Be $checks.Count
        $checks | ForEach-Object { $_.Message | Should -Not -BeNullOrEmpty }
    }

    It 'has a remedy for everything that is not well, and for nothing else' {
        foreach ($check in $checks) { [bool]$check.Remedy | Should -Be ($check.Status -ne 'Ok') -Because $check.Name }
    }

    It 'passes whatever has not failed' {
        foreach ($check in $checks) { $check.Passed | Should -Be ($check.Status -ne 'Failed') }
    }

    It 'sums it up with -Quiet' { Test-ContainerHost -Quiet | Should -Be ($checks.Passed -notcontains $false) }

    It 'leaves nothing' {
        Test-Path $env:PSCONTAINER_ROOT | Should -BeFalse
        Get-ChildItem ([IO.Path]::GetTempPath()) -Force -Filter '.pscontainer-probe-*' | Should -BeNullOrEmpty
        Get-ChildItem /sys/fs/cgroup -Recurse -Directory -Filter "pscontainer.limit-$PID-0" | Should -BeNullOrEmpty
    }

    It 'passes where a container starts' -Tag Root -Skip:(-not $isRoot) {
        $null = New-Container proof -Command true
        (Wait-Container proof).ExitCode | Should -Be 0
        Remove-Container proof
        Test-ContainerHost -Quiet | Should -BeTrue
    }

    It 'warns of what cgroup v1 lacks' -Tag V1 -Skip:(-not $isV1) {
        ($checks | Where-Object Name -eq memory.high).Status | Should -Be Warning
    }

    It 'says which PowerShell this is' {
        $check = Test-ContainerHost | Where-Object Name -eq powershell
        $check.Status | Should -Be Ok
        $check.Message | Should -Match ([regex]::Escape("PowerShell $($PSVersionTable.PSVersion)"))
    }

    It 'finds a storage that can''t be written' -Tag Root -Skip:(-not $isRoot) {
        $own = $env:PSCONTAINER_ROOT
        try {
            $env:PSCONTAINER_ROOT = '/proc/sys/nowhere'
            (Test-ContainerHost | Where-Object Name -eq 'data folder').Status | Should -Be Failed
            Test-ContainerHost -Quiet | Should -BeFalse
        }
        finally { $env:PSCONTAINER_ROOT = $own }
    }

    It 'tells a normal user that root is needed, and still looks at the rest' -Tag Root -Skip:(-not $canDrop) {
        $folder = Split-Path (Get-Module PSContainer).Path
        $readable = "$([IO.Path]::GetTempPath())/pscontainer-module-$([guid]::NewGuid().ToString('n'))"
        Copy-Item $folder $readable -Recurse
        chmod -R a+rX $readable
        try {
            $script = "Test-ContainerHost | ForEach-Object { `"`$(`$_.Name)=`$(`$_.Status)`" }"
            $said = Invoke-AsNobody $script "HOME=$readable/nobody", PSCONTAINER_ROOT= "$readable/PSContainer.psd1"
            $said | Should -Contain 'privilege=Failed'
            $said | Should -Contain 'openat2=Ok'
        }
        finally { Remove-Item $readable -Recurse -Force }
    }
}
