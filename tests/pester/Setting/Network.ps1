# What tests of networks share. A subnet of its own for each file, because all run on one machine.

# A line of what a command in the container prints, once it is there.
function Wait-Inside($Container, [string] $Script, [string] $Pattern) {
    $null = Wait-Until { (Read-Inside $Container $Script) -match $Pattern } 20
    Read-Inside $Container $Script
}

# A link of the host, and what ip(8) knows of it.
function Test-HostLink([string] $Name) { Test-Path "/sys/class/net/$Name" }

# A web server that says who asked.
function Start-Web([string] $Name, [hashtable] $With = @{}) {
    New-Container $Name @With -Command busybox -ArgumentList 'httpd', '-f', '-p', '80', '-h', '/etc'
}

# What a container gets from a web server by its name or address; busybox httpd of Start-Web serves /etc.
function Read-Web($Container, [string] $From) {
    $null = Wait-Until { (Read-Inside $Container "busybox wget -T 5 -q -O - http://$From/hostname") -match '^[0-9a-f]{12}$|^[\w-]+$' } 20
    Read-Inside $Container "busybox wget -T 5 -q -O - http://$From/hostname"
}
