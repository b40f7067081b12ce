#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery { . $PSScriptRoot/Setting/All.ps1 }

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage clear-container-storage
    function Get-Part { Get-ChildItem "$env:PSCONTAINER_ROOT/images/blobs/sha256", "$env:PSCONTAINER_ROOT/layers" | Where-Object Name -ne l }
}

AfterAll { Exit-Storage }

Describe 'Clear-ContainerStorage' {
    It 'finds nothing where there is nothing, and makes nothing' {
        Clear-ContainerStorage | Should -BeNullOrEmpty
        Test-Path "$env:PSCONTAINER_ROOT/images" | Should -BeFalse
    }
}

Describe 'Clear-ContainerStorage' -Tag Root -Skip:(-not $isRoot) {
    BeforeEach { $image = Import-ContainerImage (New-SampleArchive "$folder/app.tar") }
    AfterEach {
        Get-Container | Remove-Container -Force
        Get-ContainerImage | Remove-ContainerImage
        $null = Clear-ContainerStorage
    }

    It 'leaves what has a name or a container' {
        $null = New-Container c1 app:1 -NoStart
        $image | Remove-ContainerImage -Force
        Clear-ContainerStorage | Should -BeNullOrEmpty
        Get-ContainerImage | Should -HaveCount 1
    }

    It 'removes nameless images, and says what was free' {
        $null = Import-ContainerImage (New-DockerArchive "$folder/new.tar" app:1, localhost:5000/team/app:2 { Set-Content "$($args[0])/x" new })
        $size = (Get-ContainerImage $image.Id).UniqueSize
        $cleared = Clear-ContainerStorage
        $cleared | Should -BeOfType PSContainer.Engine.Storage.Unused
        "$($cleared.Kind)" | Should -Be Image
        $cleared.Target | Should -Be $image.ShortId
        $cleared.Size | Should -Be $size
        (Get-ContainerImage).Names | Should -Be app:1, localhost:5000/team/app:2
    }

    It 'removes stopped containers and unused images on wish, and running ones never' {
        $null = 'c1', 'c2' | New-Container -Image app:1 -NoStart
        $null = New-Container runs -Image app:1 -Idle
        $null = Import-ContainerImage (New-DockerArchive "$folder/other.tar" other { Set-Content "$($args[0])/x" other })
        $cleared = Clear-ContainerStorage -StoppedContainer -UnusedImage
        $cleared.Target | Should -Be c1, c2, other:latest
        (Get-Container).Name | Should -Be runs
        (Get-ContainerImage).Name | Should -Be app:1
    }

    It 'says with -WhatIf all that would follow, and does nothing' {
        $null = New-Container c1 app:1 -NoStart
        $image | Remove-ContainerImage -Force
        Clear-ContainerStorage -StoppedContainer -UnusedImage -WhatIf | Should -BeNullOrEmpty
        Get-Container | Should -HaveCount 1
        Get-ContainerImage | Should -HaveCount 1
        # -WhatIf's lines go to the host; a transcript shows them.
        $null = Start-Transcript "$folder/said" -UseMinimalHeader
        try { Clear-ContainerStorage -StoppedContainer -WhatIf } finally { $null = Stop-Transcript }
        $said = Get-Content -Raw "$folder/said"
        $said | Should -Match 'Container c1'
        $said | Should -Match "Image $($image.ShortId) \([\d.]+ MiB\)"
    }

    It 'removes what broken imports have left' {
        Set-Content "$env:PSCONTAINER_ROOT/images/ingest/$('0' * 64)" 'half a layer'
        $lost = 'lost'
        $hash = (Get-FileHash -InputStream ([IO.MemoryStream]::new([Text.Encoding]::UTF8.GetBytes($lost)))).Hash.ToLowerInvariant()
        [IO.File]::WriteAllText("$env:PSCONTAINER_ROOT/images/blobs/sha256/$hash", $lost)
        $cleared = Clear-ContainerStorage
        "$($cleared.Kind)" | Should -Be 'Ingest Blob'
        $cleared[1].Size | Should -Be 4
        Clear-ContainerStorage | Should -BeNullOrEmpty
        (Get-ContainerImage).Name | Should -Be app:1
    }

    It 'refuses while an image is brought in' {
        $adding = [PSContainer.Engine.Images.ImageStore]::new([PSContainer.Engine.State.StorageRoot]::FromEnvironment()).Adding()
        try { Assert-Failure { Clear-ContainerStorage } StorageBusy InvalidOperation }
        finally { $adding.Dispose() }
        Clear-ContainerStorage | Should -BeNullOrEmpty
    }

    It 'leaves blobs and layers where an image can''t be read, and says so' {
        Set-Content "$env:PSCONTAINER_ROOT/images/blobs/sha256/$($image.Id -replace '^sha256:')" 'x'
        $before = (Get-Part).Name
        Clear-ContainerStorage -UnusedImage -WarningVariable warned -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        $warned | Should -HaveCount 1
        (Get-Part).Name | Should -Be $before
        Remove-ContainerImage app:1, localhost:5000/team/app:2
        Clear-ContainerStorage | Should -Not -BeNullOrEmpty
        Get-Part | Should -BeNullOrEmpty
    }
}
