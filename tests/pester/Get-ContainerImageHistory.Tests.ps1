#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery { . $PSScriptRoot/Setting/All.ps1 }

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage get-container-image-history
}

AfterAll { Exit-Storage }

Describe 'Get-ContainerImageHistory' -Tag Root -Skip:(-not $isRoot) {
    BeforeAll {
        $null = Import-ContainerImage (New-SampleArchive "$folder/app.tar")
        $null = Import-ContainerImage (New-DockerArchive "$folder/shared.tar" shared { New-BusyboxRoot $args[0] }, { Set-Content "$($args[0])/x" other })
    }

    It 'shows the steps, the last one first' {
        $image = Get-ContainerImage app:1
        $steps = Get-ContainerImageHistory app:1
        $steps | Should -BeOfType PSContainer.Engine.Images.ImageHistoryEntry
        $steps.CreatedBy | Should -Be 'RUN echo world > /hello', 'ENV A=b', '/bin/sh -c #(nop) COPY dir:1 in / '
        $steps[0].Id | Should -Be $image.Id
        $steps[0].Size | Should -Be 6
        $steps[0].Layer | Should -Be $image.Layers[1]
        $steps[1].Size, $steps[1].Id, $steps[1].Layer | Should -Be 0, $null, $null
        $steps[1].Comment | Should -Be buildkit
        $steps[2].Created | Should -Be ([DateTimeOffset]'2024-05-01T10:20:28Z')
    }

    It 'shows the layers of an image without a history' {
        $steps = Get-ContainerImage shared | Get-ContainerImageHistory
        $steps.Layer | Should -Be (Get-ContainerImage shared).Layers[1, 0]
    }

    It 'is a table, without docker''s noise' {
        Get-ContainerImageHistory app:1 | Format-Table | Out-String -Width 200 | Should -Match '(?m)^\(missing\) .* COPY dir:1 in /'
        Assert-Failure { Get-ContainerImageHistory nope } ImageNotFound ObjectNotFound
    }
}
