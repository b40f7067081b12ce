#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery {
    . $PSScriptRoot/Setting/All.ps1
    $hasIPv6 = Test-Path /proc/net/if_inet6
}

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage new-containernetwork
}

AfterAll { Exit-Storage }

Describe 'New-ContainerNetwork' {
    AfterEach { Get-ContainerNetwork | Remove-ContainerNetwork }

    It 'returns a network with a free subnet, and makes no link yet' {
        $network = New-ContainerNetwork web
        $network | Should -BeOfType PSContainer.Engine.Networks.ContainerNetwork
        ([Net.IPNetwork] $network.Subnet).PrefixLength | Should -BeIn 16, 20
        ([Net.IPNetwork] $network.Subnet).Contains($network.Gateway) | Should -BeTrue
        $network.AutomaticSubnet | Should -BeTrue
        Test-Path "/sys/class/net/$($network.Bridge)" | Should -BeFalse
        (New-ContainerNetwork other).Subnet | Should -Not -Be $network.Subnet
    }

    It 'takes names from the pipeline' {
        ('a', 'b' | New-ContainerNetwork).Name | Should -Be a, b
    }

    It 'takes what it is told' {
        $network = New-ContainerNetwork web -Subnet 10.231.8.0/24 -Gateway 10.231.8.254 -Internal -Mtu 1400 -Label @{ team = 'blue' }
        "$($network.Subnet) $($network.Gateway) $($network.Internal) $($network.Mtu) $($network.Labels['team'])" | Should -Be '10.231.8.0/24 10.231.8.254 True 1400 blue'
    }

    It 'draws addresses of IPv6' -Skip:(-not $hasIPv6) {
        "$((New-ContainerNetwork web -IPv6).IPv6Subnet)" | Should -Match '^fd[0-9a-f:]+::/64$'
        "$((New-ContainerNetwork own -Subnet 10.231.9.0/24, fd12:3456:789a::/64).IPv6Gateway)" | Should -Be fd12:3456:789a::1
    }

    It 'may shape the network of all that name none' {
        "$((New-ContainerNetwork bridge -Subnet 10.231.10.0/24).Subnet)" | Should -Be 10.231.10.0/24
    }

    It 'makes nothing with -WhatIf' {
        $null = Invoke-Unseen 'New-ContainerNetwork web -WhatIf'
        Get-ContainerNetwork | Should -BeNullOrEmpty
    }

    It 'says <Id> for <Options>' -ForEach @(
        @{ Options = @{ Subnet = '10.231.11.0/31' }; Id = 'SubnetInvalid' }
        @{ Options = @{ Subnet = '10.231.11.7/24' }; Id = 'SubnetInvalid' }
        @{ Options = @{ Subnet = '127.0.0.0/8' }; Id = 'SubnetInvalid' }
        @{ Options = @{ Subnet = 'banana' }; Id = 'SubnetInvalid' }
        @{ Options = @{ Subnet = '10.231.11.0/24', '10.231.12.0/24' }; Id = 'SubnetInvalid' }
        @{ Options = @{ Subnet = '10.231.11.0/24'; Gateway = '10.231.12.1' }; Id = 'GatewayInvalid' }
        @{ Options = @{ Mtu = 10 }; Id = 'MtuInvalid' }
    ) {
        Assert-Failure { New-ContainerNetwork web @Options } $Id InvalidArgument
        Get-ContainerNetwork | Should -BeNullOrEmpty
    }

    It 'says so for the name <_>' -ForEach 'host', 'None', 'container:x', '../x', 'a b' {
        Assert-Failure { New-ContainerNetwork $_ } NetworkNameInvalid InvalidArgument
    }

    It 'refuses a name and a subnet that are taken' {
        $null = New-ContainerNetwork web -Subnet 10.231.13.0/24
        Assert-Failure { New-ContainerNetwork web } NetworkExists ResourceExists
        Assert-Failure { New-ContainerNetwork other -Subnet 10.231.0.0/16 } SubnetInUse ResourceExists
    }

    It 'refuses a subnet that this machine has a route to, and steps over it by itself' -Tag Root -Skip:(-not ($isRoot -and (Get-Command ip -ErrorAction Ignore))) {
        ip link add psc-test0 type veth peer name psc-test1
        try {
            ip addr add 10.231.14.1/24 dev psc-test0
            ip link set psc-test0 up
            Assert-Failure { New-ContainerNetwork web -Subnet 10.231.14.128/25 } SubnetInUse ResourceExists
        }
        finally { ip link del psc-test0 }
    }
}
