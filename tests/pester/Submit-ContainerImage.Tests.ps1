#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery {
    . $PSScriptRoot/Setting/All.ps1
    $isReady = $isRoot -and $hasBusybox -and (Test-Program docker-registry)
    $hasSkopeo = Test-Program skopeo
}

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage submit-containerimage
}

AfterAll { Exit-Storage }

Describe 'Submit-ContainerImage' {
    It 'says so where there is no such image' {
        Assert-Failure { Submit-ContainerImage nope } ImageNotFound ObjectNotFound
    }
}

Describe 'Submit-ContainerImage to a registry' -Tag Root -Skip:(-not $isReady) {
    BeforeAll {
        $registry = Start-Registry "$folder/registry"
        $at = $registry.Authority
        $root = New-BusyboxRoot "$folder/root"
    }

    BeforeEach { $image = Import-ContainerImage -Path $root -Name "$at/box:1" -Command sh }

    AfterEach { Get-ContainerImage | Remove-ContainerImage }

    AfterAll { Stop-Registry $registry }

    It 'sends it to where its name says, and what is there no second time' {
        $first = Submit-ContainerImage "$at/box:1"
        $first.GetType().Name | Should -Be SubmittedImage
        $first.Name | Should -Be "$at/box:1"
        $first.Digest | Should -Be $image.Digest
        $first.BytesSent | Should -Be $first.Size
        (Submit-ContainerImage "$at/box:1").BytesSent | Should -BeLessThan 10000
        # Another repository of the registry has it.
        (Submit-ContainerImage "$at/box:1" "$at/team/other:1").BytesSent | Should -BeLessThan 10000
    }

    It 'can be read by skopeo' -Skip:(-not $hasSkopeo) {
        $sent = Submit-ContainerImage $image
        (skopeo inspect --tls-verify=false "docker://$at/box:1" | ConvertFrom-Json).Digest | Should -Be $sent.Digest
    }

    It 'takes images from the pipeline, and several destinations' {
        ($image | Submit-ContainerImage).Name | Should -Be "$at/box:1"
        (Submit-ContainerImage $image.ShortId -Destination "$at/a:1", "$at/b:2").Name | Should -Be "$at/a:1", "$at/b:2"
        "$at/a:1", "$at/b:2" | Request-ContainerImage | ForEach-Object Id | Select-Object -Unique | Should -Be $image.Id
    }

    It 'chooses none of several names by itself' {
        $null = Add-ContainerImageTag "$at/box:1" "$at/box:2"
        Assert-Failure { Submit-ContainerImage $image.Id } DestinationMissing InvalidArgument
        Assert-Failure { Get-ContainerImage | Submit-ContainerImage } DestinationMissing InvalidArgument
        (Submit-ContainerImage "$at/box:2").Name | Should -Be "$at/box:2"
        (Submit-ContainerImage "$at/box:*").Name | Should -Be "$at/box:1", "$at/box:2"
    }

    It 'sends nothing with -WhatIf' {
        Invoke-Unseen "Submit-ContainerImage $at/box:1 $at/never:1 -WhatIf" | Should -BeNullOrEmpty
        Assert-Failure { Request-ContainerImage "$at/never:1" } ImageNotInRegistry ObjectNotFound
    }

    It 'goes on after one that is not there' {
        Assert-Failure { Submit-ContainerImage nope, "$at/box:1" } ImageNotFound ObjectNotFound
    }
}
