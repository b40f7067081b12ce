# What tests of networks share. Each file has subnets of its own, because all run on one machine.

# A link of the host.
function Test-HostLink([string] $Name) { Test-Path "/sys/class/net/$Name" }

# A web server on this machine's own root, which serves /etc: the one file that differs between containers is /etc/hostname.
function Start-Web([string] $Name, [hashtable] $With = @{}) {
    New-Container $Name @With -Command busybox -ArgumentList 'httpd', '-f', '-p', '80', '-h', '/etc'
}

# What a container on this machine's own root gets from such a server by its name or address, in one try.
function Get-Web($Container, [string] $From) {
    $ask = "exec 3<>/dev/tcp/$From/80 && printf 'GET /hostname HTTP/1.0\r\n\r\n' >&3 && tail -n 1 <&3"
    (Invoke-ContainerCommand $Container timeout -ArgumentList '5', 'bash', '-c', $ask 2>$null) -join "`n"
}

# The same, once the server listens.
function Read-Web($Container, [string] $From) {
    $null = Wait-Until { $script:answer = Get-Web $Container $From; $script:answer } 30
    $script:answer
}
