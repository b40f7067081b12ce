#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery {
    . $PSScriptRoot/Setting/All.ps1
    $canRun = $isRoot -and $hasBusybox -and (Test-Program curl)
}

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage unpublish-container-port
    $root = New-BusyboxRoot "$folder/root"
    $www = New-WebFolder "$folder/www"
}

AfterAll { Exit-Storage }

Describe 'Unpublish-ContainerPort' -Tag Root, Network -Skip:(-not $canRun) {
    BeforeEach {
        $web = New-Web web @{ Publish = ':80', ':81/udp', ':82' }
        $port = $web.Ports[0].HostPort
    }

    AfterEach { Get-Container | Remove-Container -Force }

    It 'takes a port back while the container runs, and leaves the others' {
        Read-Url "http://127.0.0.1:$port/" | Should -Be hello
        Unpublish-ContainerPort web $port | Should -BeNullOrEmpty
        foreach ($address in '127.0.0.1', '[::1]') {
            curl -s -g -m 2 "http://${address}:$port/" | Should -BeNullOrEmpty
            $LASTEXITCODE | Should -Be 7
        }
        (Get-ContainerPort web).ContainerPort | Sort-Object | Should -Be 81, 82
        # Somebody else can have it now.
        $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Any, $port)
        $listener.Start()
        $listener.Stop()
    }

    It 'takes it from the next start as well' {
        Unpublish-ContainerPort web $port
        Stop-Container web -Timeout 0
        (Get-Container web).Ports.ContainerPort | Sort-Object | Should -Be 81, 82
        Start-Container web
        (Get-ContainerPort web).ContainerPort | Sort-Object | Should -Be 81, 82
    }

    It 'takes one of two free ports of the same port of the container, and the other one is there at the next start' {
        $two = New-Web two @{ Publish = ':80', ':80' }
        Unpublish-ContainerPort two $two.Ports[0].HostPort
        Get-ContainerPort two | Should -HaveCount 1
        Stop-Container two -Timeout 0
        Start-Container two
        (Get-ContainerPort two).ContainerPort | Should -Be 80
        Unpublish-ContainerPort two (Get-ContainerPort two).HostPort
        Stop-Container two -Timeout 0
        (Get-Container two).Ports | Should -BeNullOrEmpty
    }

    It 'takes what Get-ContainerPort gives' {
        Get-ContainerPort web -Protocol Tcp | Unpublish-ContainerPort
        (Get-ContainerPort web).ContainerPort | Should -Be 81
        Get-ContainerPort | Unpublish-ContainerPort
        Get-ContainerPort web | Should -BeNullOrEmpty
    }

    It 'tells the protocols apart' {
        $udp = (Get-ContainerPort web -Protocol Udp).HostPort
        Assert-Failure { Unpublish-ContainerPort web $udp -Protocol Tcp } PortNotPublished ObjectNotFound
        Unpublish-ContainerPort web $udp -Protocol Udp
        Get-ContainerPort web -Protocol Udp | Should -BeNullOrEmpty
    }

    It 'takes all of them or none' {
        Assert-Failure { Unpublish-ContainerPort web $port, 1 } PortNotPublished ObjectNotFound
        Get-ContainerPort web | Should -HaveCount 3
    }

    It 'completes the ports that there are' {
        $line = 'Unpublish-ContainerPort web '
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Sort-Object | Should -Be ((Get-ContainerPort web).HostPort | ForEach-Object { "$_" } | Sort-Object)
    }

    It 'does nothing with -WhatIf' {
        Invoke-Unseen "Unpublish-ContainerPort web $port -WhatIf" | Should -BeNullOrEmpty
        Get-ContainerPort web | Should -HaveCount 3
    }

    It 'refuses port <_>' -ForEach 0, 70000 {
        $wrong = $_
        (Get-Failure { Unpublish-ContainerPort web $wrong }).FullyQualifiedErrorId | Should -Match '^ParameterArgumentValidationError'
    }
}
