#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery {
    . $PSScriptRoot/Setting/All.ps1
    $canRun = $isRoot -and $hasBusybox -and $hasNft -and (Test-Program ip) -and (Test-Program curl)
}

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage new-container-firewall
    $root = New-BusyboxRoot "$folder/root"
    $www = New-WebFolder "$folder/www"
}

AfterAll { Exit-Storage }

Describe 'Beside another firewall' -Tag Root, Network -Skip:(-not $canRun) {
    BeforeAll {
        # Another machine's worth of network, so that nothing is changed in this one's.
        Connect-Machine
        ip -n $machine route add default via 198.51.100.1
        function Invoke-Elsewhere([string] $Script) {
            $text = "Import-Module '$module'; . '$PSScriptRoot/Setting/Storage.ps1'; . '$PSScriptRoot/Setting/Port.ps1'; `$root = '$root'; `$www = '$www'; $Script"
            nsenter "--net=/run/netns/$machine" env NO_COLOR=1 $pwsh -NoProfile -NonInteractive -Command $text 2>&1 | ForEach-Object { "$_" }
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
        $said = setpriv --bounding-set -net_admin --inh-caps -net_admin $pwsh -NoProfile -NonInteractive -Command $text 2>&1 | ForEach-Object { "$_" }
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
            unshare --mount --propagation private sh -c "$($mounts -join ' && ') && NO_COLOR=1 exec `"`$0`" -NoProfile -NonInteractive -Command `"`$1`"" $pwsh $text 2>&1 | ForEach-Object { "$_" }
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
