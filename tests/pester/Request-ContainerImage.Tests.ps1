#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery {
    . $PSScriptRoot/Setting/All.ps1
    $isReady = $isRoot -and $hasBusybox -and (Test-Program docker-registry)
}

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage request-containerimage
}

AfterAll { Exit-Storage }

Describe 'Request-ContainerImage' {
    It 'takes no name that is none: <_>' -ForEach 'Upper/case', 'name:', 'name:.bad', 'a//b', '-x' {
        $name = $_
        Assert-Failure { Request-ContainerImage $name } ImageNameInvalid InvalidArgument
    }

    It 'takes no digest that is none' {
        Assert-Failure { Request-ContainerImage 'name@sha256:../../x' } DigestInvalid InvalidArgument
    }

    It 'says so where there is no registry' {
        Assert-Failure { Request-ContainerImage 127.0.0.1:1/app } RegistryUnreachable ObjectNotFound
    }

    It 'brings nothing with -WhatIf' {
        Invoke-Unseen 'Request-ContainerImage 127.0.0.1:1/app -WhatIf' | Should -BeNullOrEmpty
    }

    It 'is stopped at once where a registry is silent' {
        $server = Start-SilentServer
        try {
            $pipeline = Start-Pipeline "Request-ContainerImage $($server.LocalEndpoint)/app -ConnectionTimeoutSeconds 3600 -OperationTimeoutSeconds 3600"
            Wait-Until -Seconds 60 { $server.Pending() } | Should -BeTrue
            $stop = $pipeline.Shell.BeginStop($null, $null)
            $stop.AsyncWaitHandle.WaitOne(60000) | Should -BeTrue
            $pipeline.Shell.Dispose()
        }
        finally { $server.Stop() }
    }

    It 'gives a silent registry up' {
        $server = Start-SilentServer
        try { Assert-Failure { Request-ContainerImage "$($server.LocalEndpoint)/app" -ConnectionTimeoutSeconds 1 } RegistryTimedOut OperationTimeout }
        finally { $server.Stop() }
    }
}

Describe 'Request-ContainerImage at a registry' -Tag Root -Skip:(-not $isReady) {
    BeforeAll {
        $registry = Start-Registry "$folder/registry"
        $at = $registry.Authority
        $null = Import-ContainerImage -Path (New-BusyboxRoot "$folder/root") -Name "$at/box:1" -Command sh
        $null = Submit-ContainerImage "$at/box:1" "$at/box:1", "$at/team/box:2"
        Remove-ContainerImage "$at/box:1"
        Clear-ContainerStorage -Confirm:$false
    }

    AfterEach {
        Get-Container | Remove-Container -Force
        Get-ContainerImage | Remove-ContainerImage
    }

    AfterAll { Stop-Registry $registry }

    It 'returns the image, which can be run' {
        $image = Request-ContainerImage "$at/box:1"
        $image.Name | Should -Be "$at/box:1"
        $image.GetType().Name | Should -Be ContainerImage
        (Get-ContainerImage).Id | Should -Be $image.Id
        Invoke-Container "$at/box:1" -Command cat -ArgumentList /etc/passwd | Should -Contain 'root:x:0:0:root:/root:/bin/sh'
    }

    It 'takes several, also from the pipeline, and a digest' {
        $images = "$at/box:1", "$at/team/box:2" | Request-ContainerImage
        $images.Id | Select-Object -Unique | Should -HaveCount 1
        (Request-ContainerImage "$at/box@$($images[0].Digest)").Id | Should -Be $images[0].Id
        [pscustomobject]@{ Name = "$at/box:1" } | Request-ContainerImage | ForEach-Object Name | Should -Be "$at/box:1"
    }

    It 'goes on after one that is not there' {
        Assert-Failure { $script:image = Request-ContainerImage "$at/none:1", "$at/box:1" } ImageNotInRegistry ObjectNotFound
        Get-ContainerImage | ForEach-Object Name | Should -Be "$at/box:1"
    }

    It 'offers the names that are here' {
        $null = Request-ContainerImage "$at/box:1"
        $line = "Request-ContainerImage $($at.Substring(0, 11))"
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be "$at/box:1"
    }

    It 'is done by New-Container and Invoke-Container, as -Pull says' {
        Assert-Failure { New-Container os1 "$at/box:1" -Pull Never } ImageNotFound ObjectNotFound
        Invoke-Unseen "New-Container os1 $at/box:1 -WhatIf -ErrorAction Ignore" | Should -BeNullOrEmpty
        Get-ContainerImage | Should -BeNullOrEmpty
        Invoke-Container "$at/box:1" -Command echo -ArgumentList hello | Should -Be hello
        (New-Container os1 "$at/team/box:2" -Pull Always -NoStart).Name | Should -Be os1
        Assert-Failure { New-Container os2 "$at/none" } ImageNotInRegistry ObjectNotFound
        (Get-Container).Name | Should -Be os1
    }
}

Describe 'Request-ContainerImage at a registry that wants a password' -Tag Root -Skip:(-not $isReady) {
    BeforeAll {
        $registry = Start-Registry "$folder/guarded" -Password
        $at = $registry.Authority
        $ann = [pscredential]::new('ann', (ConvertTo-SecureString s3cret-word -AsPlainText -Force))
        $wrong = [pscredential]::new('ann', (ConvertTo-SecureString wr0ng-word -AsPlainText -Force))
        $before = $env:DOCKER_CONFIG, $env:REGISTRY_AUTH_FILE
        $env:DOCKER_CONFIG = New-Item -ItemType Directory -Force "$folder/docker"
        $env:REGISTRY_AUTH_FILE = "$folder/none.json"
        $null = Import-ContainerImage -Path (New-BusyboxRoot "$folder/root2") -Name "$at/box:1" -Command sh
    }

    AfterAll {
        $env:DOCKER_CONFIG, $env:REGISTRY_AUTH_FILE = $before
        Stop-Registry $registry
    }

    It 'gives the password that is right' {
        (Submit-ContainerImage "$at/box:1" -Credential $ann).Name | Should -Be "$at/box:1"
        (Request-ContainerImage "$at/box:1" -Credential $ann).Name | Should -Be "$at/box:1"
    }

    It 'says so where there is none, and where it is wrong, without a word of it' {
        Assert-Failure { Request-ContainerImage "$at/box:1" } RegistryUnauthorized PermissionDenied
        Assert-Failure { Request-ContainerImage "$at/box:1" -Credential $wrong } RegistryUnauthorized PermissionDenied
        $told = & { Request-ContainerImage "$at/box:1" -Credential $wrong -Verbose -Debug -ErrorAction Continue } *>&1 | Format-List * -Force | Out-String
        $told | Should -Match RegistryUnauthorized
        $told | Should -Not -Match 'wr0ng-word'
        $told | Should -Not -Match ([Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes('ann:wr0ng-word')))
    }

    It 'finds what docker login leaves' {
        $auth = [Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes('ann:s3cret-word'))
        Set-Content "$env:DOCKER_CONFIG/config.json" (@{ auths = @{ $at = @{ auth = $auth } } } | ConvertTo-Json -Depth 4)
        (Request-ContainerImage "$at/box:1").Name | Should -Be "$at/box:1"
        Set-Content "$env:DOCKER_CONFIG/config.json" '{'
        Assert-Failure { Request-ContainerImage "$at/box:1" } CredentialFileInvalid InvalidData
        (Request-ContainerImage "$at/box:1" -Credential $ann).Name | Should -Be "$at/box:1"
    }
}
