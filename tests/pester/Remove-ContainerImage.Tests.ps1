#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery { . $PSScriptRoot/Setting/All.ps1 }

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage remove-container-image
    function Get-Part { Get-ChildItem "$env:PSCONTAINER_ROOT/images/blobs/sha256", "$env:PSCONTAINER_ROOT/layers" | Where-Object Name -ne l }
}

AfterAll { Exit-Storage }

Describe 'Remove-ContainerImage' -Tag Root -Skip:(-not $isRoot) {
    BeforeEach { $image = Import-ContainerImage (New-SampleArchive "$folder/app.tar") }
    AfterEach {
        Get-Container | Remove-Container -Force
        Get-ContainerImage | Remove-ContainerImage
    }

    It 'takes a name, and with the last one the image and all of it' {
        Remove-ContainerImage app:1 | Should -BeNullOrEmpty
        (Get-ContainerImage).Names | Should -Be localhost:5000/team/app:2
        Remove-ContainerImage localhost:5000/team/app:2
        Get-ContainerImage | Should -BeNullOrEmpty
        Get-Part | Should -BeNullOrEmpty
    }

    It 'takes the image with all its names by <_>' -ForEach 'id', 'object' {
        if ($_ -eq 'id') { Remove-ContainerImage $image.ShortId } else { $image | Remove-ContainerImage }
        Get-ContainerImage | Should -BeNullOrEmpty
        Get-Part | Should -BeNullOrEmpty
    }

    It 'takes the names that a wildcard matches, and no others' {
        Add-ContainerImageTag app:1 app:2, other
        Remove-ContainerImage app:*
        (Get-ContainerImage).Names | Should -Be localhost:5000/team/app:2, other:latest
        Remove-ContainerImage nope*
    }

    It 'refuses what a container uses, and with -Force takes its names' {
        $null = New-Container c1 app:1 -NoStart
        Assert-Failure { $image | Remove-ContainerImage } ImageInUse InvalidOperation
        (Get-ContainerImage).Names | Should -HaveCount 2
        $image | Remove-ContainerImage -Force
        (Get-ContainerImage).Names | Should -BeNullOrEmpty
        # It still starts.
        $null = Start-Container c1
        (Wait-Container c1).ExitCode | Should -Be 0
        Remove-Container c1
        (Clear-ContainerStorage).Kind | Should -Be Image
        Get-Part | Should -BeNullOrEmpty
    }

    It 'leaves what another image shares' {
        $null = Import-ContainerImage (New-DockerArchive "$folder/shared.tar" shared { New-BusyboxRoot $args[0] })
        $image | Remove-ContainerImage
        Invoke-Container -Image shared -Command echo -ArgumentList hi | Should -Be hi
    }

    It 'removes nothing with -WhatIf, and the rest where one is not there' {
        $null = Invoke-Unseen 'Remove-ContainerImage * -WhatIf'
        (Get-ContainerImage).Names | Should -HaveCount 2
        Assert-Failure { Remove-ContainerImage nope, app:1 } ImageNotFound ObjectNotFound
        (Get-ContainerImage).Names | Should -HaveCount 1
        Assert-Failure { Remove-ContainerImage ../../etc } ImageNameInvalid InvalidArgument
    }

    It 'takes the name of a damaged image' {
        Set-Content "$env:PSCONTAINER_ROOT/images/blobs/sha256/$($image.Id -replace '^sha256:')" 'x'
        Remove-ContainerImage app:1, localhost:5000/team/app:2
        Get-ContainerImage | Should -BeNullOrEmpty
        $null = Clear-ContainerStorage
        Get-Part | Should -BeNullOrEmpty
    }

    It 'leaves one removal when several sessions ask at once' {
        1..4 | ForEach-Object -ThrottleLimit 4 -Parallel {
            Import-Module $using:module
            Get-ContainerImage | Remove-ContainerImage -ErrorAction SilentlyContinue -ErrorVariable failures
            $failures | ForEach-Object { ($_.FullyQualifiedErrorId -split ',')[0] }
        } | Where-Object { $_ -notin 'ImageNotFound', 'BlobMissing' } | Should -BeNullOrEmpty
        $null = Clear-ContainerStorage
        Get-ContainerImage | Should -BeNullOrEmpty
        Get-Part | Should -BeNullOrEmpty
    }
}
