#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery {
    . $PSScriptRoot/Setting/All.ps1
    $canRun = $isRoot -and $hasBusybox
}

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage get-container-port
    $root = New-BusyboxRoot "$folder/root"
}

AfterAll { Exit-Storage }

Describe 'Get-ContainerPort' -Tag Root, Network -Skip:(-not $canRun) {
    BeforeAll {
        $web = New-Container web -RootFs $root -Publish :80, 127.0.0.1::53/udp
        $other = New-Container other -RootFs $root -Publish :80
        $null = New-Container plain -RootFs $root
        $null = New-Container stopped -RootFs $root -Publish :80 -NoStart
    }

    AfterAll { Get-Container | Remove-Container -Force }

    It 'shows those of all running containers' {
        (Get-ContainerPort).ContainerName | Sort-Object | Should -Be other, web, web
    }

    It 'shows those of some' {
        (Get-ContainerPort web).ContainerPort | Sort-Object | Should -Be 53, 80
        (Get-ContainerPort w*, other).ContainerName | Select-Object -Unique | Should -Be web, other
        (Get-Container web | Get-ContainerPort -Protocol Udp).ContainerPort | Should -Be 53
        (Get-ContainerPort web 80).HostPort | Should -Be ($web.Ports | Where-Object ContainerPort -eq 80).HostPort
        Get-ContainerPort plain | Should -BeNullOrEmpty
        Get-ContainerPort stopped | Should -BeNullOrEmpty
    }

    It 'returns objects with types' {
        $port = Get-ContainerPort web -Protocol Udp
        $port.HostAddress | Should -BeOfType string
        $port.HostPort | Should -BeOfType int
        "$($port.ContainerAddress)" | Should -Be "$($web.IPAddress)"
        (Get-ContainerPort web 80).HostAddress | Should -BeNullOrEmpty
    }

    It 'has a table' {
        $table = Get-ContainerPort web | Sort-Object ContainerPort -Descending | Format-Table | Out-String -Width 160
        $table | Should -Match 'Container +HostAddress +HostPort +ContainerPort +Protocol +ContainerAddress +Carrier'
        $table | Should -Match "web +\* +\d+ +80 +Tcp +[\d.]+ +(Firewall|Relay)"
    }

    It 'says so where there is no such container' {
        Assert-Failure { Get-ContainerPort nope } ContainerNotFound ObjectNotFound
    }
}
