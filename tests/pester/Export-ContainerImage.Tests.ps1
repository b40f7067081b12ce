#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery { . $PSScriptRoot/Setting/All.ps1 }

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage export-container-image
    # What an archive of ours has in it, in another storage.
    function Get-Exported([string] $Path) {
        $here = $env:PSCONTAINER_ROOT
        $env:PSCONTAINER_ROOT = Join-Path $folder ([guid]::NewGuid())
        try { Import-ContainerImage $Path }
        finally { $env:PSCONTAINER_ROOT = $here }
    }
}

AfterAll { Exit-Storage }

Describe 'Export-ContainerImage' -Tag Root -Skip:(-not $isRoot) {
    BeforeAll {
        $image = Import-ContainerImage (New-SampleArchive "$folder/app.tar")
        $other = Import-ContainerImage (New-DockerArchive "$folder/other.tar" other { Set-Content "$($args[0])/x" y })
    }

    It 'writes what comes in again as it was, as <_>' -ForEach Oci, Docker {
        Export-ContainerImage $image -Path "$folder/out.tar" -Format $_ | Should -BeNullOrEmpty
        $back = Get-Exported "$folder/out.tar"
        $back.Id | Should -Be $image.Id
        $back.Names | Should -Be $image.Names
    }

    It 'writes a name alone by that name, and several images into one archive' {
        Export-ContainerImage app:1, other -Path "$folder/out.tar"
        $back = Get-Exported "$folder/out.tar"
        $back.Names | Sort-Object | Should -Be app:1, other:latest
        $back.Id | Sort-Object | Should -Be ($image.Id, $other.Id | Sort-Object)
    }

    It 'takes wildcards, ids and the pipeline' {
        Get-ContainerImage | Export-ContainerImage -Path "$folder/out.tar"
        (Get-Exported "$folder/out.tar").Names | Should -HaveCount 3
        Export-ContainerImage $image.ShortId -Path "$folder/out.tar"
        (Get-Exported "$folder/out.tar").Names | Should -HaveCount 2
        Export-ContainerImage 'app*' -Path "$folder/out.tar"
        (Get-Exported "$folder/out.tar").Names | Should -Be app:1
    }

    It 'writes the same bytes each time' {
        Export-ContainerImage app:1, other -Path "$folder/a.tar"
        Export-ContainerImage app:1, other -Path "$folder/b.tar"
        (Get-FileHash "$folder/a.tar").Hash | Should -Be (Get-FileHash "$folder/b.tar").Hash
    }

    It 'writes a layout into a folder, and returns it with -PassThru' {
        $made = Export-ContainerImage app:1 -Path "$folder/layout/" -PassThru
        $made | Should -BeOfType IO.DirectoryInfo
        Export-ContainerImage other -Path "$folder/layout"
        (Get-Exported "$folder/layout").Names | Sort-Object | Should -Be app:1, other:latest
        (Export-ContainerImage app:1 -Path "$folder/out.tar" -PassThru).FullName | Should -Be "$folder/out.tar"
    }

    It 'writes over no archive with -NoClobber, into no other folder, and nothing with -WhatIf' {
        Set-Content "$folder/mine.tar" x
        Assert-Failure { Export-ContainerImage app:1 -Path "$folder/mine.tar" -NoClobber } FileExists ResourceExists
        Assert-Failure { Export-ContainerImage app:1 -Path $folder } FolderNotEmpty ResourceExists
        $null = Invoke-Unseen "Export-ContainerImage app:1 -Path '$folder/mine.tar' -WhatIf"
        Get-Content "$folder/mine.tar" | Should -Be x
    }

    It 'writes nothing where one of them is not there' {
        Assert-Failure { Export-ContainerImage app:1, nope -Path "$folder/never.tar" } ImageNotFound ObjectNotFound
        Assert-Failure { 'app:1', 'nope' | Export-ContainerImage -Path "$folder/never.tar" } ImageNotFound ObjectNotFound
        Get-ChildItem $folder -Filter never* | Should -BeNullOrEmpty
    }
}
