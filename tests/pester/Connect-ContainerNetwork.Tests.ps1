#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery { . $PSScriptRoot/Setting/All.ps1 }

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage connect-containernetwork
    if ($isRoot -and $hasBusybox) { $root = New-BusyboxRoot "$folder/root" }
    $bb = @{ RootFs = $root }
    $null = New-ContainerNetwork web -Subnet 10.231.18.0/24
    $null = New-ContainerNetwork closed -Subnet 10.231.19.0/24 -Internal
}

AfterAll { Exit-Storage }

Describe 'Connect-ContainerNetwork' -Tag Root -Skip:(-not ($isRoot -and $hasBusybox)) {
    AfterEach { Get-Container | Remove-Container -Force }

    It 'gives a running container one more interface, at once' {
        $own = Get-NamespaceLink $PID net
        $null = Start-Web a @{ Network = 'web'; Hostname = 'server' }
        $b = New-Container b
        Get-Web b a | Should -BeNullOrEmpty
        $after = $b | Connect-ContainerNetwork web -IPAddress 10.231.18.50 -NetworkAlias other -PassThru
        $after.Networks | Should -Be bridge, web
        $after.Endpoints[1].IPAddress | Should -Be 10.231.18.50
        $after.Endpoints[1].Interface | Should -Be eth1
        Read-Inside b 'ip addr show eth1' | Should -Match '10\.231\.18\.50/24'
        Read-Web b a | Should -Be server
        Read-Inside a 'cat /etc/hosts' | Should -Match '10\.231\.18\.50\s+b other'
        # The first network stays the way out.
        Read-Inside b 'ip route' | Should -Match 'default via .* dev eth0'
        Get-NamespaceLink $PID net | Should -Be $own
    }

    It 'is kept over a restart, and works on one that does not run' {
        $null = New-Container a @bb -NoStart
        Connect-ContainerNetwork web a
        (Start-Container a -PassThru).Networks | Should -Be bridge, web
        Read-Inside a 'ls /sys/class/net' | Should -Match 'eth1'
        (Get-ContainerNetwork web).Containers | Should -Be a
    }

    It 'gives a way out to one that had none' {
        $null = New-Container a @bb -Network closed
        Read-Inside a 'ip route' | Should -Not -Match default
        Connect-ContainerNetwork web a
        Read-Inside a 'ip route' | Should -Match 'default via 10\.231\.18\.1 dev eth1'
    }

    It 'changes nothing with -WhatIf' {
        $null = New-Container a @bb
        $null = Invoke-Unseen 'Connect-ContainerNetwork web a -WhatIf'
        (Get-Container a).Networks | Should -Be bridge
    }

    It 'says so for what can''t be, and leaves nothing' {
        $null = New-Container a @bb -Network web
        Assert-Failure { Connect-ContainerNetwork web a } NetworkConnected ResourceExists
        Assert-Failure { Connect-ContainerNetwork nowhere a } NetworkNotFound ObjectNotFound
        Assert-Failure { Connect-ContainerNetwork Host a } NetworkNotFound ObjectNotFound
        Assert-Failure { Connect-ContainerNetwork web nobody } ContainerNotFound ObjectNotFound
        Assert-Failure { Connect-ContainerNetwork closed a -IPAddress 10.0.0.1 } AddressInvalid InvalidArgument
        $null = New-Container b @bb -Network None
        Assert-Failure { Connect-ContainerNetwork web b } NetworkModeFixed InvalidOperation
        (Get-Container a).Networks | Should -Be web
        (Get-ContainerNetwork closed).Members | Should -BeNullOrEmpty
        Read-Inside a 'ls /sys/class/net' | Should -Not -Match 'eth1'
    }
}
