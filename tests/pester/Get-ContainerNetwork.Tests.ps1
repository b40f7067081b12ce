#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage get-containernetwork
    $null = New-ContainerNetwork web -Subnet 10.231.16.0/24
    $null = New-ContainerNetwork work
}

AfterAll { Exit-Storage }

Describe 'Get-ContainerNetwork' {
    It 'lists all, by name, by wildcard, by object and by property' {
        (Get-ContainerNetwork).Name | Should -Be web, work
        (Get-ContainerNetwork w*).Name | Should -Be web, work
        (Get-ContainerNetwork web).Name | Should -Be web
        (Get-ContainerNetwork web | Get-ContainerNetwork).Name | Should -Be web
        ([pscustomobject]@{ Name = 'work' } | Get-ContainerNetwork).Name | Should -Be work
        Get-ContainerNetwork x* | Should -BeNullOrEmpty
    }

    It 'goes on behind a name that is not there' {
        Assert-Failure { Get-ContainerNetwork nowhere } NetworkNotFound ObjectNotFound
        (Get-ContainerNetwork nowhere, web -ErrorAction Ignore).Name | Should -Be web
    }

    It 'tells of a record that can''t be read, and lists the rest' {
        Set-Content "$env:PSCONTAINER_ROOT/networks/broken.json" '{'
        Assert-Failure { Get-ContainerNetwork } StateCorrupt InvalidData
        (Get-ContainerNetwork -ErrorAction Ignore).Name | Should -Be web, work
        Remove-Item "$env:PSCONTAINER_ROOT/networks/broken.json"
    }

    It 'shows a table of Name, Subnet, Gateway, Internal, Bridge, Containers' {
        $lines = (Get-ContainerNetwork web | Format-Table | Out-String -Width 120).Trim() -split "`n"
        -split $lines[0] | Should -Be Name, Subnet, Gateway, Internal, Bridge, Containers
        $lines[2] | Should -Match 'web\s+10\.231\.16\.0/24\s+10\.231\.16\.1\s+False\s+pc-web-'
    }
}
