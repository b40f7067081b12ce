#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery {
    . $PSScriptRoot/Setting/Root.ps1
    $missing = @(Get-Item '/usr/sbin/nft', '/sbin/nft' -ErrorAction Ignore).Count -eq 0 -or -not (Get-Command ip, curl -CommandType Application -ErrorAction Ignore | Measure-Object | Where-Object Count -ge 2)
    $canRun = (id -u) -eq 0 -and (Test-Busybox) -and -not $missing
}

BeforeAll {
    . $PSScriptRoot/Setting/Storage.ps1
    . $PSScriptRoot/Setting/Root.ps1
    . $PSScriptRoot/Setting/Failure.ps1
    . $PSScriptRoot/Setting/Session.ps1
    . $PSScriptRoot/Setting/Port.ps1
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
        $gateway = $web.Endpoints[0].Gateway.ToString()
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
            $failure.Exception.Message | Should -Match "pwsh.*$PID|\($PID\)"
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

Describe 'Beside another firewall' -Tag Root, Network -Skip:(-not $canRun) {
    BeforeAll {
        # Another machine's worth of network, so that nothing is changed in this one's.
        Connect-Machine
        ip -n $machine route add default via 198.51.100.1
        function Invoke-Elsewhere([string] $Script) {
            $text = "Import-Module '$module'; . '$PSScriptRoot/Setting/Storage.ps1'; . '$PSScriptRoot/Setting/Port.ps1'; `$root = '$root'; `$www = '$www'; $Script"
            nsenter "--net=/run/netns/$machine" (Get-Process -Id $PID).Path -NoProfile -NonInteractive -Command $text 2>&1 | ForEach-Object { "$_" }
        }
        function Add-Drop { nsenter "--net=/run/netns/$machine" nft 'add table ip psct; add chain ip psct forward { type filter hook forward priority 0; policy drop; }' }
    }

    AfterAll { Disconnect-Machine }

    AfterEach {
        # The link of a container is in the other namespace, and so is what clears it.
        $null = Invoke-Elsewhere 'Get-Container | Remove-Container -Force; $null = Wait-Until { -not (Get-FirewallTable) } 30'
        nsenter "--net=/run/netns/$machine" nft 'add table ip psct; delete table ip psct'
    }

    It 'that drops what is forwarded, the supervisor carries everything, and says so' {
        Add-Drop
        $said = Invoke-Elsewhere "`$web = New-Web web @{ Publish = ':80' }; `"`$(`$web.Ports[0].Carrier)`""
        $said -like 'WARNING: Another firewall drops*' | Should -HaveCount 1
        $said | Should -Contain Relay
        Read-Url "http://198.51.100.2:$((Get-Container web).Ports[0].HostPort)/" | Should -Be hello
    }

    It 'that is opened for our bridges, all is as it should be' {
        Add-Drop
        nsenter "--net=/run/netns/$machine" nft 'add chain ip psct DOCKER-USER; add rule ip psct forward jump DOCKER-USER; add rule ip psct DOCKER-USER oifname "pc-*" accept; add rule ip psct DOCKER-USER iifname "pc-*" accept'
        Invoke-Elsewhere "(New-Web web @{ Publish = ':80' }).Ports[0].Carrier" | Should -Contain Firewall
        Read-Url "http://198.51.100.2:$((Get-Container web).Ports[0].HostPort)/cgi-bin/who" | Should -Match '198\.51\.100\.1\]?$'
    }

    It 'leaves every other table as it is' {
        Add-Drop
        $before = nsenter "--net=/run/netns/$machine" nft -s list table ip psct
        $null = Invoke-Elsewhere "New-Web web @{ Publish = ':80' } 3> `$null"
        nsenter "--net=/run/netns/$machine" nft -s list table ip psct | Should -Be $before
        $tables = nsenter "--net=/run/netns/$machine" nft list tables
        $tables | Where-Object { $_ -notmatch '^table inet pscontainer-' } | Should -Be 'table ip psct'
    }

    It 'that docker has, both answer' -Skip:(-not (Get-Command dockerd, docker -ErrorAction Ignore | Measure-Object | Where-Object Count -eq 2)) {
        $engine = [IO.Directory]::CreateTempSubdirectory('pscontainer-docker-').FullName
        $daemon = Start-Process nsenter -ArgumentList "--net=/run/netns/$machine", 'dockerd', '--data-root', "$engine/data", '--exec-root', "$engine/exec", '-p', "$engine/pid", '-H', "unix://$engine/sock" -RedirectStandardError "$engine/log" -RedirectStandardOutput "$engine/out" -PassThru
        try {
            $docker = 'docker', '-H', "unix://$engine/sock"
            if (-not (Wait-Until { $daemon.HasExited -or $(& $docker[0] $docker[1..2] info *> $null; $LASTEXITCODE -eq 0) } 60) -or $daemon.HasExited) {
                Set-ItResult -Skipped -Because 'no docker daemon with a firewall of its own comes up here'
            }
            sh -c "tar -C '$root' -c . | docker -H unix://$engine/sock import - psct" | Out-Null
            $null = & $docker[0] $docker[1..2] run -d --name psct -v "${www}:/srv:ro" -p 80 psct /bin/busybox httpd -f -p 80 -h /srv
            $theirs = (& $docker[0] $docker[1..2] port psct 80 | Select-Object -First 1) -replace '.*:'
            $null = Invoke-Elsewhere "New-Web web @{ Publish = ':80' } 3> `$null"
            $ours = (Get-Container web).Ports[0].HostPort
            foreach ($port in $ours, $theirs) { Read-Url "http://198.51.100.2:$port/" | Should -Be hello }
            $null = Invoke-Elsewhere 'Get-Container | Remove-Container -Force; $null = Wait-Until { -not (Get-FirewallTable) } 30'
            Read-Url "http://198.51.100.2:$theirs/" | Should -Be hello
        }
        finally {
            & $docker[0] $docker[1..2] rm -f psct *> $null
            if (Test-Path "$engine/pid") { kill (Get-Content "$engine/pid") }
            $null = $daemon.WaitForExit(60000)
            Remove-Item -Recurse -Force $engine
        }
    }
}

Describe 'Without the right to change the network' -Tag Root, Network -Skip:(-not $canRun) {
    It 'nothing is published, and it says why' {
        $text = "Import-Module '$module'; New-Container web -RootFs '$root' -Publish :80; `$Error[0].FullyQualifiedErrorId"
        $said = setpriv --bounding-set -net_admin --inh-caps -net_admin (Get-Process -Id $PID).Path -NoProfile -NonInteractive -Command $text 2>&1 | ForEach-Object { "$_" }
        "$said" | Should -Match '(PermissionDenied|FirewallDenied),'
        Get-Container | Should -BeNullOrEmpty
    }
}

Describe 'Without nft' -Tag Root, Network -Skip:(-not $canRun) {
    BeforeAll {
        # A mount namespace in which nft is another file, for a whole PowerShell in it.
        function Invoke-Without([string] $Nft, [string] $Script) {
            $places = (Get-Item '/usr/sbin/nft', '/sbin/nft', '/usr/bin/nft' -ErrorAction Ignore | ForEach-Object { (realpath $_.FullName) } | Select-Object -Unique)
            $mounts = $places | ForEach-Object { "mount --bind $Nft $_" }
            $text = "Import-Module '$module'; `$ErrorActionPreference = 'Continue'; . '$PSScriptRoot/Setting/Storage.ps1'; . '$PSScriptRoot/Setting/Port.ps1'; $Script"
            unshare --mount --propagation private sh -c "$($mounts -join ' && ') && exec `"`$0`" -NoProfile -NonInteractive -Command `"`$1`"" (Get-Process -Id $PID).Path $text 2>&1 | ForEach-Object { "$_" }
        }
    }

    AfterEach { Get-Container | Remove-Container -Force }

    It 'the supervisor carries everything, and says so' {
        $said = Invoke-Without /dev/null "`$web = New-Container web -RootFs '$root' -Volume '${www}:/srv:ro' -Publish :80 -Command busybox -ArgumentList httpd, -f, -p, 80, -h, /srv; `$web.Ports[0].HostPort; `$web.Ports[0].Carrier"
        $said -like 'WARNING: *' | Should -HaveCount 1
        $said | Should -Contain 'Relay'
        $port = (Get-Container web).Ports[0].HostPort
        foreach ($address in '127.0.0.1', '[::1]') { Read-Url "http://${address}:$port/" | Should -Be hello }
        $more = (Publish-ContainerPort web :80).HostPort
        Read-Url "http://127.0.0.1:$more/" | Should -Be hello
    }

    It 'the supervisor carries datagrams' -Skip:(-not (Get-Command perl -ErrorAction Ignore)) {
        $null = Invoke-Without /dev/null 'New-Echo echo @{ Publish = ":53/udp" }'
        Read-Echo 127.0.0.1 (Get-Container echo).Ports[0].HostPort | Should -Be hello
    }

    It 'one that is too old is told of' {
        Set-Content "$folder/old-nft" '#!/bin/sh', 'echo "/dev/stdin:1:1-9: Error: syntax error, unexpected map" >&2; exit 1'
        chmod 755 "$folder/old-nft"
        $said = Invoke-Without "$folder/old-nft" "New-Container web -RootFs '$root' -Publish :80; `$Error[0].FullyQualifiedErrorId"
        "$said" | Should -Match 'FirewallTooOld,'
        Get-Container | Should -BeNullOrEmpty
    }
}
