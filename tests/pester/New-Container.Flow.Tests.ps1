#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery {
    . $PSScriptRoot/Setting/All.ps1
    $canRun = $isRoot -and $hasNft -and (Test-Program ip) -and (Test-Program perl)
}

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage new-container-flow

    # A server of both families that says who it is, and who it thinks has asked.
    function New-Teller([string] $Name, [hashtable] $With = @{}) {
        New-Container $Name @With -Command perl -ArgumentList '-e', 'use Socket qw(:all); socket(S, PF_INET6, SOCK_DGRAM, 17) or die; bind(S, pack_sockaddr_in6(53, inet_pton(AF_INET6, "::"))) or die; while (my $from = recv(S, my $bytes, 2000, 0)) { my (undef, $who) = unpack_sockaddr_in6($from); $who = inet_ntop(AF_INET6, $who); $who =~ s/^::ffff://; send(S, "$ARGV[0] $who", 0, $from) }', $Name
    }

    # What a client that always sends from one port is answered, once somebody does.
    function Read-Teller($Client, [int] $Tries = 30) {
        $bytes = [byte[]] (1, 2, 3)
        for ($i = 0; $i -lt $Tries; $i++) {
            try {
                $null = $Client.Send($bytes, $bytes.Length)
                $from = $null
                return [Text.Encoding]::ASCII.GetString($Client.Receive([ref] $from))
            }
            catch { Start-Sleep -Milliseconds 50 }
        }
    }
}

AfterAll { Exit-Storage }

Describe 'A client that sends UDP from one port all the time, to <_>' -Tag Root, Network -Skip:(-not $canRun) -ForEach '127.0.0.1', '198.51.100.1', '2001:db8:51::1' {
    BeforeAll {
        Connect-Machine
        $address = [Net.IPAddress] $_
        # 127.0.0.1 is told apart from nobody: the container sees the gateway.
        $seen = $_ -eq '127.0.0.1' ? '\S+' : [regex]::Escape($_)
    }

    AfterAll { Disconnect-Machine }

    BeforeEach {
        $port = Get-FreePort
        $client = [Net.Sockets.UdpClient]::new($address.AddressFamily)
        $client.Client.ReceiveTimeout = 200
        $client.Connect($address, $port)
    }

    AfterEach {
        $client.Dispose()
        Get-Container | Remove-Container -Force
    }

    It 'reaches the container that has taken the port of one that is gone' {
        $a = New-Teller a @{ Publish = "${port}:53/udp" }
        Read-Teller $client | Should -Match "^a $seen$"
        Remove-Container a -Force
        $null = New-Container other
        # Between two holders the flow is one to nobody.
        Read-Teller $client 2 | Should -BeNullOrEmpty
        $b = New-Teller b @{ Publish = "${port}:53/udp" }
        "$($b.IPAddress)" | Should -Not -Be "$($a.IPAddress)"
        Read-Teller $client | Should -Match "^b $seen$"
    }

    It 'reaches the running container that has been given the port of another' {
        $null = New-Teller a @{ Publish = "${port}:53/udp" }
        $null = New-Teller b
        Read-Teller $client | Should -Match "^a $seen$"
        Unpublish-ContainerPort a "${port}"
        Read-Teller $client 2 | Should -BeNullOrEmpty
        $null = Publish-ContainerPort b "${port}:53/udp"
        Read-Teller $client | Should -Match "^b $seen$"
    }

    It 'reaches the program that has taken the port of a container' {
        $null = New-Teller a @{ Publish = "${port}:53/udp" }
        Read-Teller $client | Should -Match "^a $seen$"
        Unpublish-ContainerPort a "${port}"
        $program = [Net.Sockets.UdpClient]::new($port, $address.AddressFamily)
        try {
            $program.Client.ReceiveTimeout = 2000
            $null = $client.Send([byte[]] (7), 1)
            $from = $null
            $program.Receive([ref] $from) | Should -Be 7
        }
        finally { $program.Dispose() }
    }

    It 'follows a container to its next network' {
        $null = New-ContainerNetwork flow1 -IPv6
        $null = New-ContainerNetwork flow2 -IPv6
        try {
            $null = New-Teller a @{ Publish = "${port}:53/udp"; Network = 'flow1' }
            Read-Teller $client | Should -Match "^a $seen$"
            Connect-ContainerNetwork flow2 a
            Disconnect-ContainerNetwork flow1 a
            Read-Teller $client | Should -Match "^a $seen$"
        }
        finally {
            Remove-Container a -Force
            Remove-ContainerNetwork flow1, flow2
        }
    }
}

Describe 'A published TCP port' -Tag Root, Network -Skip:(-not ($canRun -and (Test-Path /proc/net/nf_conntrack))) {
    It 'is forgotten with its container, and its connections with it' {
        $port = Get-FreePort
        # A reset at its end: the kernel keeps a network namespace for a minute where a connection in it was not closed by both sides.
        $null = New-Container a -Publish "${port}:80" -Command perl -ArgumentList '-e', 'use IO::Socket::INET; use Socket; my $s = IO::Socket::INET->new(Listen => 1, LocalPort => 80) or die; while (my $c = $s->accept) { setsockopt($c, SOL_SOCKET, SO_LINGER, pack("ii", 1, 0)); print $c "hello\n"; push @c, $c }'
        $client = $null
        try {
            # Before its program listens, nobody answers.
            for ($i = 0; $i -lt 50 -and -not ($client -and $client.Connected -and $client.GetStream().ReadByte() -gt 0); $i++) {
                if ($client) { $client.Dispose(); Start-Sleep -Milliseconds 50 }
                $client = [Net.Sockets.TcpClient]::new()
                try { $client.Connect('127.0.0.1', $port) } catch { $null = $_ }
            }
            $to = "dst=127\.0\.0\.1 sport=\d+ dport=$port .*src=$([regex]::Escape((Get-Container a).IPAddress))"
            @(Get-Content /proc/net/nf_conntrack) -match $to | Should -Not -BeNullOrEmpty
            Remove-Container a -Force
            @(Get-Content /proc/net/nf_conntrack) -match $to | Should -BeNullOrEmpty
        }
        finally {
            if ($client) { $client.Dispose() }
            Get-Container | Remove-Container -Force
        }
    }
}
