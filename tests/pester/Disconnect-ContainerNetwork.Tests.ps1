#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery { . $PSScriptRoot/Setting/All.ps1 }

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage disconnect-containernetwork
    if ($isRoot -and $hasBusybox) { $root = New-BusyboxRoot "$folder/root" }
    $www = New-WebFolder "$folder/www"
    $bb = @{ RootFs = $root }
    $null = New-ContainerNetwork web -Subnet 10.231.20.0/24
}

AfterAll { Exit-Storage }

Describe 'Disconnect-ContainerNetwork' -Tag Root -Skip:(-not ($isRoot -and $hasBusybox)) {
    AfterEach { Get-Container | Remove-Container -Force }

    It 'takes the interface, the names and, with the last container, the bridge away' {
        $null = New-Container a @bb
        $null = New-Container b @bb
        Connect-ContainerNetwork web a, b
        $bridge = (Get-ContainerNetwork web).Bridge
        $after = Disconnect-ContainerNetwork web a -PassThru
        $after.Networks | Should -Be bridge
        Read-Inside a 'ls /sys/class/net' | Should -Not -Match 'eth1'
        Read-Inside a 'cat /etc/hosts' | Should -Not -Match '10\.231\.20'
        Read-Inside b 'cat /etc/hosts' | Should -Not -Match '10\.231\.20\.2\s'
        Test-HostLink $bridge | Should -BeTrue
        Get-Container b | Disconnect-ContainerNetwork web
        Test-HostLink $bridge | Should -BeFalse
        (Get-ContainerNetwork web).Members | Should -BeNullOrEmpty
    }

    It 'makes another network the way out' {
        $null = New-Container a @bb
        Connect-ContainerNetwork web a
        Disconnect-ContainerNetwork bridge a
        Read-Inside a 'ip route' | Should -Match 'default via 10\.231\.20\.1 dev eth1'
        $null = Stop-Container a -Timeout 0
        (Start-Container a -PassThru).Networks | Should -Be web
        Read-Inside a 'ip route' | Should -Match 'default via 10\.231\.20\.1 dev eth1'
    }

    It 'leads published ports to the network that is left, refuses where there is none, and leads them again' {
        $container = New-Web a
        Connect-ContainerNetwork web a
        $port = Publish-ContainerPort a :80
        $url = "http://127.0.0.1:$($port.HostPort)/"
        Read-Url $url | Should -Be hello
        "$($port.ContainerAddress)" | Should -Be "$($container.IPAddress)"

        Disconnect-ContainerNetwork bridge a
        "$((Get-ContainerPort a).ContainerAddress)" | Should -Be 10.231.20.2
        Read-Url $url | Should -Be hello
        Read-Url "http://[::1]:$($port.HostPort)/" | Should -Be hello

        Disconnect-ContainerNetwork web a
        $idle = Get-ContainerPort a
        $idle.HostPort | Should -Be $port.HostPort
        $idle.ContainerAddress | Should -BeNullOrEmpty
        "$($idle.Carrier)" | Should -Be None
        curl -s -m 20 $url | Should -BeNullOrEmpty
        # Refused, empty or reset, not timed out.
        $LASTEXITCODE | Should -BeIn 7, 52, 56

        Connect-ContainerNetwork web a
        Read-Url $url | Should -Be hello
        Unpublish-ContainerPort a $port.HostPort
        Get-ContainerPort a | Should -BeNullOrEmpty
    }

    It 'says so where the container is not on it, and does nothing with -WhatIf' {
        $null = New-Container a @bb
        Assert-Failure { Disconnect-ContainerNetwork web a } NetworkNotConnected ObjectNotFound
        Assert-Failure { Disconnect-ContainerNetwork nowhere a } NetworkNotConnected ObjectNotFound
        $null = Invoke-Unseen 'Disconnect-ContainerNetwork bridge a -WhatIf'
        (Get-Container a).Networks | Should -Be bridge
    }
}
