#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery {
    . $PSScriptRoot/Setting/All.ps1
    $canRun = $isRoot -and $hasBusybox -and $hasNft -and (Test-Program ip) -and (Test-Program curl)
}

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage new-container-port
    $root = New-BusyboxRoot "$folder/root"
    $www = New-WebFolder "$folder/www"
}

AfterAll { Exit-Storage }

Describe 'A published port' -Tag Root, Network -Skip:(-not $canRun) {
    BeforeAll {
        Connect-Machine
        $web = New-Web web @{ Publish = ':80' }
        $two = New-Container two -RootFs $root
        $port = $web.Ports[0].HostPort
        $gateway = $web.Endpoints[0].Gateway
    }

    AfterAll {
        Get-Container | Remove-Container -Force
        Disconnect-Machine
    }

    It 'is chosen among the free ones, and shown' {
        $port | Should -BeGreaterThan 1023
        $web.Ports | Should -HaveCount 1
        "$($web.Ports[0])" | Should -Be "${port}:80/tcp"
        "$($web.Ports[0].ContainerAddress)" | Should -Be "$($web.IPAddress)"
        "$($web.Ports[0].Carrier)" | Should -Be Firewall
    }

    It 'answers this machine at <_>' -ForEach '127.0.0.1', '[::1]', '198.51.100.1', '[2001:db8:51::1]', 'localhost' {
        Read-Url "http://${_}:$port/" | Should -Be hello
    }

    It 'answers this machine at the gateway' {
        Read-Url "http://${gateway}:$port/" | Should -Be hello
    }

    It 'shows the container who asks: this machine' {
        Read-Url "http://198.51.100.1:$port/cgi-bin/who" | Should -Match '198\.51\.100\.1\]?$'
        Read-Url "http://127.0.0.1:$port/cgi-bin/who" | Should -Match "$([regex]::Escape($gateway))\]?$"
    }

    It 'answers another machine, and shows the container its address' {
        Read-Url "http://198.51.100.1:$port/cgi-bin/who" (On-Machine) | Should -Match '198\.51\.100\.2\]?$'
        Read-Url "http://[2001:db8:51::1]:$port/cgi-bin/who" (On-Machine) | Should -Match '2001:db8:51:.*2\]?$'
    }

    It 'answers other containers, by this machine''s address and by name' {
        $null = Wait-Until { (Read-Inside $two "timeout 5 busybox wget -q -O - http://198.51.100.1:$port/") -eq 'hello' } 30
        Read-Inside $two "timeout 5 busybox wget -q -O - http://198.51.100.1:$port/" | Should -Be hello
        Read-Inside $two 'timeout 5 busybox wget -q -O - http://web/' | Should -Be hello
    }

    It 'answers the container itself' {
        $null = Wait-Until { (Read-Inside $web "timeout 5 busybox wget -q -O - http://198.51.100.1:$port/") -eq 'hello' } 30
        Read-Inside $web "timeout 5 busybox wget -q -O - http://198.51.100.1:$port/" | Should -Be hello
    }

    It 'is the only one that another machine reaches' {
        ip -n $machine route add "$($web.IPAddress)/32" via 198.51.100.1
        & (On-Machine)[0] (On-Machine)[1..3] curl -s -m 2 "http://$($web.IPAddress)/" | Should -BeNullOrEmpty
        $LASTEXITCODE | Should -Be 28
    }

    It 'lets no container reach what listens on this machine''s loopback alone' {
        $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
        $listener.Start()
        try {
            # As CVE-2020-8558 had it: packets to 127.0.0.1 leave for the gateway. It takes more rights than a container has by default.
            Enter-ContainerNamespace two -Type Net -Command sh -ArgumentList '-c', "echo 1 >/proc/sys/net/ipv4/conf/all/route_localnet; ip addr del 127.0.0.1/8 dev lo; ip route add 127.0.0.1/32 via $gateway; timeout 3 busybox nc 127.0.0.1 $($listener.LocalEndpoint.Port) </dev/null" *> $null
            $listener.Pending() | Should -BeFalse
        }
        finally { $listener.Stop() }
    }

    It 'is a listening socket, so that no other program takes it' {
        { [Net.Sockets.TcpListener]::new([Net.IPAddress]::Any, $port).Start() } | Should -Throw
    }

    It 'has as many rules as a hundred have' {
        $one = Get-FirewallRule
        $one.Count | Should -BeGreaterThan 10
        $many = New-Web many @{ Publish = ':1000-1099' }
        $many.Ports | Should -HaveCount 100
        Get-FirewallRule | Should -Be $one
        Remove-Container many -Force
        nft list table inet (Get-FirewallTable) | Out-String | Should -Not -Match '\. 1099 '
    }
}

Describe 'Published ports, one container each' -Tag Root, Network -Skip:(-not $canRun) {
    AfterEach { Get-Container | Remove-Container -Force }

    It 'lead to one address of this machine alone' {
        $port = (New-Web web @{ Publish = '127.0.0.1::80' }).Ports[0].HostPort
        Read-Url "http://127.0.0.1:$port/" | Should -Be hello
        curl -s -m 2 "http://127.0.0.2:$port/" | Should -BeNullOrEmpty
        $LASTEXITCODE | Should -Be 7
    }

    It 'lead to ::1 alone, by the supervisor' {
        $web = New-Web web @{ Publish = '[::1]::80' }
        "$($web.Ports[0].Carrier)" | Should -Be Relay
        Read-Url "http://[::1]:$($web.Ports[0].HostPort)/" | Should -Be hello
        curl -s -m 2 "http://127.0.0.1:$($web.Ports[0].HostPort)/" | Should -BeNullOrEmpty
    }

    It 'carry datagrams both ways: <_>' -Skip:(-not (Get-Command perl -ErrorAction Ignore)) -ForEach '127.0.0.1', '::1' {
        $echo = New-Echo echo @{ Publish = ':53/udp' }
        Read-Echo $_ $echo.Ports[0].HostPort | Should -Be hello
    }

    It 'come in ranges' {
        $web = New-Web web @{ Publish = ':79-81' }
        $web.Ports.ContainerPort | Should -Be 79, 80, 81
        Read-Url "http://127.0.0.1:$(($web.Ports | Where-Object ContainerPort -eq 80).HostPort)/" | Should -Be hello
    }

    It 'carry much, by the relay as well' {
        $size = 20MB
        $bytes = [byte[]]::new($size)
        [Random]::new(1).NextBytes($bytes)
        [IO.File]::WriteAllBytes("$www/big", $bytes)
        $port = (New-Web web @{ Publish = ':80' }).Ports[0].HostPort
        $null = Read-Url "http://127.0.0.1:$port/"
        foreach ($address in '127.0.0.1', '[::1]') {
            curl -s -g -m 60 -o "$folder/got" "http://${address}:$port/big"
            (Get-FileHash "$folder/got").Hash | Should -Be (Get-FileHash "$www/big").Hash
        }
        Remove-Item "$www/big", "$folder/got"
    }

    It 'are those that the container exposes, with -PublishAll' {
        $web = New-Web web @{ Expose = '80', '53/udp'; PublishAll = $true }
        $web.Ports.ContainerPort | Sort-Object | Should -Be 53, 80
        Read-Url "http://127.0.0.1:$(($web.Ports | Where-Object ContainerPort -eq 80).HostPort)/" | Should -Be hello
    }

    It 'come back with the next start, and are gone between' {
        $wanted = Get-FreePort
        $null = New-Web web @{ Publish = "${wanted}:80" }
        Read-Url "http://127.0.0.1:$wanted/" | Should -Be hello
        Stop-Container web -Timeout 0
        curl -s -m 2 "http://127.0.0.1:$wanted/" | Should -BeNullOrEmpty
        $LASTEXITCODE | Should -Be 7
        Get-ContainerPort web | Should -BeNullOrEmpty
        Start-Container web
        Read-Url "http://127.0.0.1:$wanted/" | Should -Be hello
    }

    It 'leave no element and no table behind, also after the supervisor was killed' {
        $wanted = Get-FreePort
        $web = New-Web web @{ Publish = "${wanted}:80" }
        $null = New-Container keeper -RootFs $root
        Stop-Process -Force -Id (Get-SupervisorId $web)
        $null = Wait-Until { -not (Get-Process -Id $web.Pid -ErrorAction Ignore) } 20
        nft list table inet (Get-FirewallTable) | Out-String | Should -Match "tcp \. $wanted "
        $null = Repair-ContainerStorage
        nft list table inet (Get-FirewallTable) | Out-String | Should -Not -Match "tcp \. $wanted "
        Get-Container | Remove-Container -Force
        Wait-Until { -not (Get-FirewallTable) } 30 | Should -BeTrue
    }

    It 'lead nowhere when the start fails' {
        $wanted = Get-FreePort
        $null = New-Container keeper -RootFs $root
        New-Container -RootFs $root -Publish "${wanted}:80" -Command absent -ErrorAction SilentlyContinue -ErrorVariable failure
        $failure[0].FullyQualifiedErrorId | Should -BeLike 'CommandNotFound,*'
        nft list table inet (Get-FirewallTable) | Out-String | Should -Not -Match "tcp \. $wanted "
        # Whoever gets its address next has nothing to do with that port.
        $null = New-Web next
        curl -s -m 2 "http://127.0.0.1:$wanted/" | Should -BeNullOrEmpty
        $LASTEXITCODE | Should -Be 7
    }

    It 'go to another container when one that had them was killed' {
        $wanted = Get-FreePort
        $null = New-Container keeper -RootFs $root
        $web = New-Web web @{ Publish = "${wanted}:81" }
        Stop-Process -Force -Id (Get-SupervisorId $web)
        $null = Wait-Until { -not (Get-Process -Id $web.Pid -ErrorAction Ignore) } 20
        $null = New-Web other @{ Publish = "${wanted}:80" }
        Read-Url "http://127.0.0.1:$wanted/" | Should -Be hello
    }

    It 'belong to Invoke-Container as well' {
        $wanted = Get-FreePort
        $pipeline = Start-Pipeline "Invoke-Container busybox -RootFs '$root' -Volume '${www}:/srv:ro' -Publish ${wanted}:80 -ArgumentList httpd, -f, -p, 80, -h, /srv"
        try { Read-Url "http://127.0.0.1:$wanted/" | Should -Be hello }
        finally { $null = Stop-Pipeline $pipeline }
        Wait-Refusal "http://127.0.0.1:$wanted/" | Should -BeTrue
    }
}

Describe 'Published ports: bad input' -Tag Root, Network -Skip:(-not $canRun) {
    AfterEach { Get-Container | Remove-Container -Force }

    It 'refuses -Publish <_>' -ForEach '8080:', '0:80', '8080:0', '70000:80', '8080:70000', '8080:80/sctp', 'x', '1.2.3:1:1', "8080:80`e[31m" {
        $wish = $_
        Assert-Failure { New-Container web -Publish $wish } PortInvalid InvalidArgument
        Get-Container | Should -BeNullOrEmpty
    }

    It 'refuses ranges of different length' {
        Assert-Failure { New-Container web -Publish 8080-8090:80-85 } PortRangesDiffer InvalidArgument
    }

    It 'refuses one port twice' {
        Assert-Failure { New-Container web -Publish 8080:80, 127.0.0.1:8080:81 } PortRepeated InvalidArgument
    }

    It 'refuses an address of another machine' {
        Assert-Failure { New-Container web -RootFs $root -Publish 203.0.113.77:8080:80 } PortAddressUnknown InvalidArgument
        Get-Container | Should -BeNullOrEmpty
    }

    It 'says which container has a port' {
        $port = (New-Container web -RootFs $root -Publish :80).Ports[0].HostPort
        Assert-Failure { New-Container two -RootFs $root -Publish "${port}:80" } PortInUse ResourceExists
        (Get-Failure { New-Container two -RootFs $root -Publish "${port}:80" })[0].Exception.Message | Should -Match "'web'"
        (Get-Container).Name | Should -Be web
    }

    It 'says which program has a port, and takes none of the others' {
        $free = Get-FreePort
        $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
        $listener.Start()
        try {
            $taken = $listener.LocalEndpoint.Port
            $failure = Get-Failure { New-Container web -RootFs $root -Publish "${free}:79", "${taken}:80" }
            $failure.FullyQualifiedErrorId | Should -Match '^PortInUse,'
            $failure.Exception.Message | Should -Match "$((Get-Process -Id $PID).Name).*$PID|\($PID\)"
        }
        finally { $listener.Stop() }
        Get-Container | Should -BeNullOrEmpty
        (New-Container web -RootFs $root -Publish "${free}:80").Ports[0].HostPort | Should -Be $free
    }

    It 'refuses ports with -Network <_>' -ForEach 'None', 'Host' {
        $mode = $_
        Assert-Failure { New-Container web -RootFs $root -Network $mode -Publish :80 } PortWithoutNetwork InvalidOperation
        Get-Container | Should -BeNullOrEmpty
    }

    It 'prints the plan with -WhatIf, and takes no port' {
        $free = Get-FreePort
        (Invoke-Unseen "New-Container web -RootFs '$root' -Publish ${free}:80 -WhatIf").Count | Should -BeGreaterThan 5
        Get-Container | Should -BeNullOrEmpty
    }
}
