#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery { . $PSScriptRoot/Setting/All.ps1 }

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage remove-containernetwork
}

AfterAll { Exit-Storage }

Describe 'Remove-ContainerNetwork' {
    AfterEach { Get-ContainerNetwork | Remove-ContainerNetwork }

    It 'removes by name, wildcard and object, and nothing with -WhatIf' {
        $null = 'a1', 'a2', 'b', 'c' | New-ContainerNetwork
        $null = Invoke-Unseen 'Remove-ContainerNetwork a* -WhatIf'
        (Get-ContainerNetwork).Name | Should -Be a1, a2, b, c
        Remove-ContainerNetwork a*
        Get-ContainerNetwork b | Remove-ContainerNetwork
        (Get-ContainerNetwork).Name | Should -Be c
    }

    It 'says so where there is none' { Assert-Failure { Remove-ContainerNetwork nowhere } NetworkNotFound ObjectNotFound }

    It 'leaves one that is in use, and takes bridge and all with one that is not' -Tag Root -Skip:(-not $isRoot) {
        $network = New-ContainerNetwork web -Subnet 10.231.17.0/24
        $null = New-Container os1 -Network web
        Assert-Failure { Remove-ContainerNetwork web } NetworkInUse InvalidOperation
        $null = Stop-Container os1 -Timeout 0
        Remove-ContainerNetwork web
        Test-Path "/sys/class/net/$($network.Bridge)" | Should -BeFalse
        Get-ContainerNetwork | Should -BeNullOrEmpty
        Assert-Failure { Start-Container os1 } NetworkNotFound ObjectNotFound
        Remove-Container os1
    }
}
