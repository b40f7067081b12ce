#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery {
    . $PSScriptRoot/Setting/All.ps1
    $hasIp = Test-Program ip
    $hasIPv6 = Test-Path /proc/net/if_inet6
}

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage new-container-network
    if ($isRoot -and $hasBusybox) { $root = New-BusyboxRoot "$folder/root" }
    $bb = @{ RootFs = $root }
}

AfterAll { Exit-Storage }

Describe 'New-Container on a network' -Tag Root -Skip:(-not ($isRoot -and $hasBusybox)) {
    AfterEach { Get-Container | Remove-Container -Force }

    It 'gives it an interface with an address, a MAC made of it, and a way out' {
        $made = New-Container os1 @bb
        $made.Networks | Should -Be bridge
        "$($made.NetworkMode)" | Should -Be Network
        $made.IPAddress | Should -BeOfType string
        $made.MacAddress | Should -Be ('02:42:' + ((([ipaddress] $made.IPAddress).GetAddressBytes() | ForEach-Object { $_.ToString('x2') }) -join ':'))
        $inside = Read-Inside os1 'ip addr show eth0; ip route; cat /sys/class/net/eth0/address'
        $inside | Should -Match "inet $($made.IPAddress)/16"
        $inside | Should -Match 'default via'
        $inside | Should -Match $made.MacAddress
        $inside | Should -Match 'UP'
        Read-Inside os1 'ip addr show lo' | Should -Match '127\.0\.0\.1'
    }

    It 'is what nsenter shows from outside' -Skip:(-not $hasIp) {
        $made = New-Container os1 @bb
        Enter-ContainerNamespace os1 -Type Net -Command ip -ArgumentList addr | Out-String | Should -Match "inet $($made.IPAddress)/16"
        $space = Get-Namespace -Type net -Container os1
        $space.ContainerName | Should -Be os1
        $space.NetNsId | Should -Not -BeNullOrEmpty
        (Get-Content "/sys/class/net/$($made.Endpoints[0].Link)/iflink") | Should -Be (Read-Inside os1 'cat /sys/class/net/eth0/ifindex')
    }

    It 'has IPv6 as well, at once' -Skip:(-not $hasIPv6) {
        $a = New-Container a @bb
        $b = New-Container b @bb
        "$($a.IPv6Address)" | Should -Match '^fd'
        Read-Inside b "busybox ping -6 -c 1 -W 5 $($a.IPv6Address)" | Should -Match ' 0% packet loss'
    }

    It 'lets containers find each other by name and alias, those that come later too' {
        $a = Start-Web a @{ Hostname = 'first' }
        $null = Start-Web b @{ NetworkAlias = 'db', 'cache'; Hostname = 'second' }
        Read-Web b a | Should -Be first
        foreach ($name in 'b', 'db', 'cache') { Read-Web a $name | Should -Be second }
        Remove-Container b -Force
        Read-Inside a 'cat /etc/hosts' | Should -Not -Match 'cache'
        Read-Inside a 'cat /etc/hosts' | Should -Match "$($a.IPAddress)\s+first a"
    }

    It 'keeps its address over a restart, and gives it back at the end' {
        $first = New-Container a @bb
        $second = New-Container b @bb
        $null = Stop-Container a, b -Timeout 0
        (Get-Container a).IPAddress | Should -BeNullOrEmpty
        Start-Container b
        (Get-Container b).IPAddress | Should -Be $second.IPAddress
        (New-Container c @bb).IPAddress | Should -Be $first.IPAddress
    }

    It 'takes the address and the MAC that it is told' {
        $null = New-ContainerNetwork web -Subnet 10.231.1.0/24
        $made = New-Container os1 @bb -Network web -IPAddress 10.231.1.77 -MacAddress 02-AB-00-00-00-07
        "$($made.IPAddress) $($made.MacAddress)" | Should -Be '10.231.1.77 02:ab:00:00:00:07'
        Read-Inside os1 'ip addr show eth0; cat /sys/class/net/eth0/address' | Should -Match '(?s)02:ab:00:00:00:07.*10\.231\.1\.77/24'
        Remove-Container os1 -Force
        Remove-ContainerNetwork web
    }

    It 'takes the bridge away with the last container' {
        $made = New-Container os1 @bb
        $bridge = (Get-ContainerNetwork bridge).Bridge
        Test-HostLink $bridge | Should -BeTrue
        Get-Content "/sys/class/net/$bridge/ifalias" | Should -Match 'PSContainer network bridge of'
        Remove-Container os1 -Force
        Wait-Until { -not (Test-HostLink $bridge) -and -not (Test-HostLink $made.Endpoints[0].Link) } 20 | Should -BeTrue
        (Get-ContainerNetwork bridge).Members | Should -BeNullOrEmpty
    }

    It 'shares the network of another with container:NAME' {
        $a = New-Container a @bb -AddHost db:10.0.0.7
        $b = New-Container b @bb -Network container:a
        "$($b.NetworkMode)" | Should -Be Container
        Get-NamespaceLink $b.Pid net | Should -Be (Get-NamespaceLink $a.Pid net)
        Read-Inside b 'cat /etc/hosts' | Should -Match '10\.0\.0\.7\s+db'
        $null = Stop-Container a, b -Timeout 0
        Assert-Failure { Start-Container b } ContainerNotRunning InvalidOperation
        Start-Container a
        Start-Container b
        Get-NamespaceLink (Get-Container b).Pid net | Should -Be (Get-NamespaceLink (Get-Container a).Pid net)
    }

    It 'has loopback alone with -Network None' {
        $made = New-Container os1 @bb -Network None
        $made.IPAddress | Should -BeNullOrEmpty
        Read-Inside os1 'ls /sys/class/net' | Should -Not -Match 'eth'
        Read-Inside os1 'cat /etc/hosts' | Should -Match '127\.0\.0\.1'
    }

    It 'writes what it is told into the files with names' {
        $null = New-Container os1 @bb -Hostname box -DnsServer 10.0.0.53 -DnsSearch example.org -AddHost db:10.0.0.7, me:host-gateway
        Read-Inside os1 'cat /etc/hostname' | Should -Be box
        Read-Inside os1 'cat /etc/resolv.conf' | Should -Match '(?s)search example\.org.*nameserver 10\.0\.0\.53'
        Read-Inside os1 'cat /etc/hosts' | Should -Match "(?s)10\.0\.0\.7\s+db.*$([regex]::Escape((Get-ContainerNetwork bridge).Gateway))\s+me"
    }

    It 'makes the files over links and over nothing, and leaves the root as it was' {
        $links = New-BusyboxRoot "$folder/links"
        $null = New-Item -ItemType SymbolicLink -Path "$links/etc/resolv.conf" -Value /run/systemd/resolve/stub-resolv.conf
        $null = New-Item -ItemType SymbolicLink -Path "$links/etc/hosts" -Value ../../../../../../../../../tmp/pscontainer-escape
        $null = New-Container os1 -RootFs $links -DnsServer 10.0.0.53
        Read-Inside os1 'cat /etc/resolv.conf' | Should -Match '10\.0\.0\.53'
        Read-Inside os1 'cat /etc/hosts' | Should -Match 'localhost'
        Test-Path /tmp/pscontainer-escape | Should -BeFalse
        (Get-Item "$links/etc/hosts").LinkTarget | Should -Not -BeNullOrEmpty
        Test-Path "$links/etc/hostname" | Should -BeFalse
    }

    It 'leaves a volume at /etc as it is' {
        $own = New-Item -ItemType Directory "$folder/etc"
        Set-Content "$own/mine" x
        $null = New-Container os1 @bb -Volume "${own}:/etc"
        Read-Inside os1 'ls /etc' | Should -Be mine
        (Get-ChildItem -Force $own).Name | Should -Be mine
    }

    It 'shows the calls with -WhatIf, and makes nothing' {
        $plan = "$(Invoke-Unseen "New-Container -RootFs '$root' -WhatIf")"
        $plan | Should -Match 'RTM_NEWLINK, veth psv'
        $plan | Should -Match 'RTM_NEWADDR, '
        $plan | Should -Match '/etc/hosts becomes visible'
        Get-Container | Should -BeNullOrEmpty
    }

    It 'has nothing of a neighbour''s network within reach' {
        $null = New-ContainerNetwork one -Subnet 10.231.2.0/24
        $null = New-ContainerNetwork two -Subnet 10.231.3.0/24 -Internal
        $a = Start-Web a @{ Network = 'one' }
        $b = Start-Web b @{ Network = 'two' }
        Read-Inside b 'ip route' | Should -Not -Match default
        # Both listen, and answer themselves.
        Read-Web a 127.0.0.1 | Should -Be $a.ShortId
        Read-Web b 127.0.0.1 | Should -Be $b.ShortId
        Get-Web a $b.IPAddress | Should -BeNullOrEmpty
        Get-Web b $a.IPAddress | Should -BeNullOrEmpty
        Get-Container | Remove-Container -Force
        Remove-ContainerNetwork one, two
    }
}

Describe 'New-Container on a network that can''t be' -Tag Root -Skip:(-not ($isRoot -and $hasBusybox)) {
    AfterEach { Get-Container | Remove-Container -Force }

    It 'says <Id> for <Options>' -ForEach @(
        @{ Options = @{ Network = 'nowhere' }; Id = 'NetworkNotFound'; Category = 'ObjectNotFound' }
        @{ Options = @{ Network = '../x' }; Id = 'NetworkNameInvalid'; Category = 'InvalidArgument' }
        @{ Options = @{ Network = 'container:nobody' }; Id = 'ContainerNotFound'; Category = 'ObjectNotFound' }
        @{ Options = @{ Network = 'None'; IPAddress = '10.0.0.2' }; Id = 'NetworkOptionUnused'; Category = 'InvalidArgument' }
        @{ Options = @{ IPAddress = '10.231' }; Id = 'AddressInvalid'; Category = 'InvalidArgument' }
        @{ Options = @{ IPAddress = '1.2.3.4' }; Id = 'AddressInvalid'; Category = 'InvalidArgument' }
        @{ Options = @{ MacAddress = '01:00:00:00:00:01' }; Id = 'MacAddressInvalid'; Category = 'InvalidArgument' }
        @{ Options = @{ NetworkAlias = 'a b' }; Id = 'AliasInvalid'; Category = 'InvalidArgument' }
        @{ Options = @{ DnsServer = 'x' }; Id = 'DnsServerInvalid'; Category = 'InvalidArgument' }
        @{ Options = @{ AddHost = 'x' }; Id = 'HostEntryInvalid'; Category = 'InvalidArgument' }
    ) {
        Assert-Failure { New-Container os1 @bb @Options } $Id $Category
        Get-Container | Should -BeNullOrEmpty
    }

    It 'says so where the address is outside, taken, or none is left' {
        $null = New-ContainerNetwork tiny -Subnet 10.231.4.0/29
        Assert-Failure { New-Container x @bb -Network tiny -IPAddress 10.231.5.2 } AddressInvalid InvalidArgument
        Assert-Failure { New-Container x @bb -Network tiny -IPAddress 10.231.4.1 } AddressInvalid InvalidArgument
        $null = New-Container a @bb -Network tiny -IPAddress 10.231.4.3
        Assert-Failure { New-Container x @bb -Network tiny -IPAddress 10.231.4.3 } AddressTaken ResourceExists
        2, 4, 5, 6 | ForEach-Object { (New-Container "n$_" @bb -Network tiny).IPAddress | Should -Be "10.231.4.$_" }
        Assert-Failure { New-Container x @bb -Network tiny } AddressPoolExhausted ResourceUnavailable
        (Get-Container).Name | Should -Not -Contain x
        (Get-ContainerNetwork tiny).Containers | Should -Be a, n2, n4, n5, n6
        Get-Container | Remove-Container -Force
        Remove-ContainerNetwork tiny
    }

    It 'leaves a link of the bridge''s name that is not ours' -Skip:(-not $hasIp) {
        $network = New-ContainerNetwork mine -Subnet 10.231.5.0/24
        ip link add $network.Bridge type bridge
        try {
            Assert-Failure { New-Container x @bb -Network mine } BridgeNameTaken ResourceExists
            Test-HostLink $network.Bridge | Should -BeTrue
            Get-Container | Should -BeNullOrEmpty
        }
        finally { ip link del $network.Bridge }
        Remove-ContainerNetwork mine
    }

    It 'says so without CAP_NET_ADMIN, and where forwarding can''t be switched on' -Skip:(-not (Get-Command unshare, setpriv -ErrorAction Ignore)) {
        $script = "Import-Module '$module'; try { New-Container x -RootFs '$root' -ErrorAction Stop } catch { `$_.FullyQualifiedErrorId }"
        setpriv --inh-caps=-net_admin --bounding-set=-net_admin $pwsh -NoProfile -NonInteractive -Command $script | Should -Match '^(PermissionDenied|FirewallDenied),'
        # Another network namespace, whose forwarding is off, and a procfs that can't be written.
        unshare --net --mount sh -c 'mount --bind /proc/sys /proc/sys && mount -o remount,ro,bind /proc/sys && exec "$@"' sh $pwsh -NoProfile -NonInteractive -Command $script | Should -Match '^ForwardingOff,'
        Get-Container | Should -BeNullOrEmpty
    }

    It 'clears addresses, links and the bridge of a container whose supervisor was killed' {
        $made = New-Container os1 @bb
        $network = Get-ContainerNetwork bridge
        sh -c "kill -9 $(Get-SupervisorId $made)"
        Wait-Until { -not (Get-Process -Id $made.Pid -ErrorAction Ignore) } 20 | Should -BeTrue
        $network.Members | Should -HaveCount 1
        $null = Repair-ContainerStorage
        $network.Members | Should -BeNullOrEmpty
        Wait-Until { -not (Test-HostLink $network.Bridge) -and -not (Test-HostLink $made.Endpoints[0].Link) } 20 | Should -BeTrue
    }
}
