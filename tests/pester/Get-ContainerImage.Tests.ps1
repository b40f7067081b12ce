#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery { . $PSScriptRoot/Setting/All.ps1 }

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage get-container-image
}

AfterAll { Exit-Storage }

Describe 'Get-ContainerImage where there is none' {
    It 'returns nothing, makes nothing, and knows no name' {
        Get-ContainerImage | Should -BeNullOrEmpty
        Get-ContainerImage nope* | Should -BeNullOrEmpty
        Assert-Failure { Get-ContainerImage nope } ImageNotFound ObjectNotFound
        Assert-Failure { Get-ContainerImage Nope } ImageNameInvalid InvalidArgument
        Test-Path "$env:PSCONTAINER_ROOT/images" | Should -BeFalse
    }
}

Describe 'Get-ContainerImage' -Tag Root -Skip:(-not $isRoot) {
    BeforeAll {
        $image = Import-ContainerImage (New-SampleArchive "$folder/app.tar")
        $shared = Import-ContainerImage (New-DockerArchive "$folder/shared.tar" shared { New-BusyboxRoot $args[0] }, { Set-Content "$($args[0])/x" other })
    }

    It 'shows an image with all its facts' {
        $got = Get-ContainerImage app:1
        $got.Name | Should -Be app:1
        $got.Names | Should -Be app:1, localhost:5000/team/app:2
        $got.Id | Should -Match '^sha256:[0-9a-f]{64}$'
        $got.Digest | Should -Match '^sha256:[0-9a-f]{64}$'
        $got.Platform | Should -Be linux/amd64
        $got.Created | Should -Be ([DateTimeOffset]'2024-05-01T10:20:30Z')
        $got.Command | Should -Be cat, /hello
        $got.Environment | Should -Be A=b
        $got.Labels['k'] | Should -Be v
        $got.Layers | Should -HaveCount 2
        "$got" | Should -Be app:1
    }

    It 'finds it by <_>' -ForEach 'name', 'full name', 'id', 'short id', 'digest', 'object', 'wildcard', 'a row of a CSV file' {
        $key = switch ($_) {
            'name' { 'app:1' } 'full name' { 'docker.io/library/app:1' } 'id' { $image.Id } 'short id' { $image.ShortId } 'digest' { $image.Digest } 'object' { $image } 'wildcard' { 'app*' }
            default { $image | Select-Object Id, Name | ConvertTo-Csv | ConvertFrom-Csv }
        }
        ($key | Get-ContainerImage).Id | Should -Be $image.Id
        (Get-ContainerImage $key).Id | Should -Be $image.Id
    }

    It 'says what is shared' {
        $a, $b = Get-ContainerImage app:1, shared
        $a.SharedSize | Should -Be $b.SharedSize
        $a.SharedSize | Should -BeGreaterThan 0
        $a.UniqueSize | Should -BeGreaterThan 0
        $a.Size | Should -Be ($a.SharedSize + $a.UniqueSize)
    }

    It 'says which containers use it, and finds a container''s image' {
        $made = New-Container c1 app:1 -NoStart
        (Get-ContainerImage app:1).Containers | Should -Be c1
        (Get-ContainerImage shared).Containers | Should -BeNullOrEmpty
        ($made | Get-ContainerImage).Id | Should -Be $image.Id
        Remove-Container c1
        (Get-ContainerImage app:1).Containers | Should -BeNullOrEmpty
    }

    It 'is a table of names, ids, sizes, ages and platforms' {
        $table = Get-ContainerImage | Format-Table | Out-String -Width 200
        $table | Should -Match '(?m)^Name +Id +Size +Created +Platform'
        $table | Should -Match "(?m)^app:1, localhost:5000/team/app:2 +$($image.ShortId) +[\d.]+ MiB .* linux/amd64"
    }

    It 'tells of a damaged image, and shows the others' {
        $broken = Import-ContainerImage (New-DockerArchive "$folder/broken.tar" broken { Set-Content "$($args[0])/x" broken })
        Set-Content "$env:PSCONTAINER_ROOT/images/blobs/sha256/$($broken.Id -replace '^sha256:')" '{}'
        $failures = Get-Failure { Get-ContainerImage }
        $failures.FullyQualifiedErrorId | Should -Match '^BlobCorrupt,'
        (Get-ContainerImage -ErrorAction Ignore).Name | Should -Be app:1, shared:latest
        Remove-ContainerImage broken
        Get-ContainerImage | Should -HaveCount 2
    }

    It 'completes names with their tags' {
        $line = 'Get-ContainerImage loc'
        [Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null).CompletionMatches.CompletionText | Should -Be localhost:5000/team/app:2
        $line = 'Remove-ContainerImage '
        [Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null).CompletionMatches.CompletionText | Should -Be app:1, localhost:5000/team/app:2, shared:latest
    }
}
