# What tests of published ports share.

# A web server on port 80 of a container; /cgi-bin/who answers with the client's address.
function New-WebFolder([string] $Path) {
    $null = New-Item -ItemType Directory -Force "$Path/cgi-bin"
    Set-Content "$Path/index.html" hello
    Set-Content "$Path/cgi-bin/who" '#!/bin/sh', 'echo "Content-Type: text/plain"', 'echo', 'echo "$REMOTE_ADDR"'
    chmod 755 "$Path/cgi-bin/who"
    $Path
}

function New-Web([string] $Name, [hashtable] $With = @{}) {
    New-Container $Name -RootFs $root -Volume "${www}:/srv:ro" @With -Command busybox -ArgumentList 'httpd', '-f', '-p', '80', '-h', '/srv'
}

# A server that sends every datagram back; on this machine's own root, for the sake of perl.
function New-Echo([string] $Name, [hashtable] $With = @{}) {
    New-Container $Name @With -Command perl -ArgumentList '-e', 'use Socket; socket(S, PF_INET, SOCK_DGRAM, 17) or die; bind(S, pack_sockaddr_in(53, INADDR_ANY)) or die; while (my $from = recv(S, my $bytes, 2000, 0)) { send(S, $bytes, 0, $from) }'
}

# What is answered, once somebody does: a server that was just started does not listen yet.
function Read-Url([string] $Url, [string[]] $Through = @()) {
    $ask = { $command = @($Through) + 'curl', '-s', '-g', '-m', '5', $Url; & $command[0] $command[1..($command.Count - 1)] }
    $null = Wait-Until { $script:answer = & $ask; $LASTEXITCODE -eq 0 } 30
    "$answer".Trim()
}

# True once nobody answers any more.
function Wait-Refusal([string] $Url) { Wait-Until { curl -s -g -m 2 $Url > $null; $LASTEXITCODE -ne 0 } 20 }

function Read-Echo([string] $Address, [int] $Port, [string] $Text = 'hello') {
    $client = [Net.Sockets.UdpClient]::new(([Net.IPAddress] $Address).AddressFamily)
    try {
        $client.Client.ReceiveTimeout = 1000
        $client.Connect($Address, $Port)
        $bytes = [Text.Encoding]::ASCII.GetBytes($Text)
        for ($i = 0; $i -lt 20; $i++) {
            try {
                $null = $client.Send($bytes, $bytes.Length)
                $from = $null
                return [Text.Encoding]::ASCII.GetString($client.Receive([ref] $from))
            }
            catch { Start-Sleep -Milliseconds 100 }
        }
    }
    finally { $client.Dispose() }
}

# A port that nobody has at this moment.
function Get-FreePort {
    $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Any, 0)
    $listener.Start()
    try { $listener.LocalEndpoint.Port } finally { $listener.Stop() }
}

# Another machine: a network namespace with a cable to this one. 198.51.100.0/24 is for examples (RFC 5737).
function Connect-Machine {
    $script:machine = "psct$PID"
    ip netns add $machine
    ip link add "psct$PID" type veth peer name eth0 netns $machine
    ip addr add 198.51.100.1/24 dev "psct$PID"
    ip addr add 2001:db8:51::1/64 dev "psct$PID" nodad
    ip link set "psct$PID" up
    ip -n $machine addr add 198.51.100.2/24 dev eth0
    ip -n $machine addr add 2001:db8:51::2/64 dev eth0 nodad
    ip -n $machine link set eth0 up
    ip -n $machine link set lo up
}

function Disconnect-Machine {
    ip link delete "psct$PID" 2> $null
    ip netns delete $machine 2> $null
}

# The words before a command that the other machine runs.
function On-Machine { 'ip', 'netns', 'exec', $machine }

# The rules of this storage's table, without the elements of its sets and maps; nothing where there is no table.
function Get-FirewallRule {
    $table = Get-FirewallTable
    if ($table) { nft -s list table inet $table | Select-String '^\t\t(?!type|flags|elements|\s)' | ForEach-Object { $_.Line.Trim() } }
}

function Get-FirewallTable {
    $hash = [uint32] 2166136261
    foreach ($part in [Text.Encoding]::UTF8.GetBytes($env:PSCONTAINER_ROOT)) { $hash = [uint32](([uint64]($hash -bxor $part) * 16777619) -band [uint64] 4294967295) }
    $name = 'pscontainer-{0:x8}' -f $hash
    if ((nft list tables) -contains "table inet $name") { $name }
}
