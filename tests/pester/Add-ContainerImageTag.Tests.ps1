#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery { . $PSScriptRoot/Setting/All.ps1 }

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage add-container-image-tag
    function Get-Name { (Get-ContainerImage).Names }
}

AfterAll { Exit-Storage }

Describe 'Add-ContainerImageTag' -Tag Root -Skip:(-not $isRoot) {
    BeforeEach {
        $null = Import-ContainerImage (New-DockerArchive "$folder/a.tar" a { Set-Content "$($args[0])/x" a })
        $null = Import-ContainerImage (New-DockerArchive "$folder/b.tar" b { Set-Content "$($args[0])/x" b })
    }
    AfterEach { Get-ContainerImage | Remove-ContainerImage }

    It 'adds names, and takes none away' {
        Add-ContainerImageTag a a:2, localhost:5000/a | Should -BeNullOrEmpty
        (Get-ContainerImage a:2).Names | Should -Be a:2, a:latest, localhost:5000/a:latest
        (Add-ContainerImageTag a a:2 -PassThru).Names | Should -HaveCount 3
    }

    It 'takes the object and the id' {
        Get-ContainerImage a | Add-ContainerImageTag -Tag a:2
        Add-ContainerImageTag (Get-ContainerImage a).ShortId a:3
        (Get-ContainerImage a).Names | Should -Be a:2, a:3, a:latest
    }

    It 'moves a name that another image has, which stays without one' {
        $b = Get-ContainerImage b
        Add-ContainerImageTag a b
        (Get-ContainerImage a).Names | Should -Be a:latest, b:latest
        (Get-ContainerImage $b.Id).Names | Should -BeNullOrEmpty
        Get-ContainerImage | Format-Table | Out-String | Should -Match '\(none\)'
    }

    It 'changes nothing with -WhatIf, or by a bad name' {
        $null = Invoke-Unseen 'Add-ContainerImageTag a a:2 -WhatIf'
        Assert-Failure { Add-ContainerImageTag a good, Bad } ImageNameInvalid InvalidArgument
        Assert-Failure { Add-ContainerImageTag a "a@sha256:$('0' * 64)" } ImageNameInvalid InvalidArgument
        Assert-Failure { Add-ContainerImageTag nope a:2 } ImageNotFound ObjectNotFound
        Get-Name | Should -Be a:latest, b:latest
    }

    It 'adds all of them when several sessions do at once' {
        1..8 | ForEach-Object -ThrottleLimit 4 -Parallel { Import-Module $using:module; Add-ContainerImageTag a "a:$_" }
        (Get-ContainerImage a).Names | Should -HaveCount 9
    }
}
