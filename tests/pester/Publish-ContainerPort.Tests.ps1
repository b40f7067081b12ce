#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery {
    . $PSScriptRoot/Setting/All.ps1
    $canRun = $isRoot -and $hasBusybox -and (Test-Program curl)
}

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage publish-container-port
    $root = New-BusyboxRoot "$folder/root"
    $www = New-WebFolder "$folder/www"
}

AfterAll { Exit-Storage }

Describe 'Publish-ContainerPort' -Tag Root, Network -Skip:(-not $canRun) {
    AfterEach { Get-Container | Remove-Container -Force }

    It 'publishes while the container runs, and returns the ports' {
        $web = New-Web web
        $wanted = Get-FreePort
        $published = Publish-ContainerPort web "${wanted}:80", '127.0.0.1::80'
        $published | Should -HaveCount 2
        $published[0].HostPort | Should -Be $wanted
        $published[0].ContainerName | Should -Be web
        "$($published[1].HostAddress)" | Should -Be 127.0.0.1
        $published[1].HostPort | Should -BeGreaterThan 1023
        foreach ($port in $published.HostPort) { Read-Url "http://127.0.0.1:$port/" | Should -Be hello }
        Read-Url "http://[::1]:$wanted/" | Should -Be hello
        (Get-Container web).Pid | Should -Be $web.Pid
    }

    It 'does so again at the next start' {
        $null = New-Web web
        $wanted = Get-FreePort
        $null = Publish-ContainerPort web "${wanted}:80"
        Stop-Container web -Timeout 0
        Start-Container web
        (Get-ContainerPort web).HostPort | Should -Be $wanted
        Read-Url "http://127.0.0.1:$wanted/" | Should -Be hello
    }

    It 'waits for the start where the container does not run' {
        $null = New-Web web @{ NoStart = $true }
        $port = Publish-ContainerPort web :80
        $port.HostPort | Should -Be 0
        "$($port.Carrier)" | Should -Be None
        (Get-Container web).Ports | Should -HaveCount 1
        Start-Container web
        $port = Get-ContainerPort web
        Read-Url "http://127.0.0.1:$($port.HostPort)/" | Should -Be hello
    }

    It 'takes containers from the pipeline, a free port each' {
        $null = New-Web web1
        $null = New-Web web2
        $ports = Get-Container web* | Publish-ContainerPort -Port :80
        $ports.ContainerName | Should -Be web1, web2
        ($ports.HostPort | Select-Object -Unique) | Should -HaveCount 2
    }

    It 'publishes all or none' {
        $null = New-Container other -RootFs $root -Publish :80
        $taken = (Get-ContainerPort other).HostPort
        $null = New-Web web
        $free = Get-FreePort
        Assert-Failure { Publish-ContainerPort web "${free}:80", "${taken}:80" } PortInUse ResourceExists
        Get-ContainerPort web | Should -BeNullOrEmpty
        (Publish-ContainerPort other "${free}:80").HostPort | Should -Be $free
    }

    It 'refuses a port that the container has already' {
        $wanted = Get-FreePort
        $null = New-Container web -RootFs $root -Publish "${wanted}:80"
        Assert-Failure { Publish-ContainerPort web "${wanted}:81" } PortRepeated InvalidArgument
    }

    It 'refuses a container without a network' {
        $null = New-Container web -RootFs $root -Network None
        Assert-Failure { Publish-ContainerPort web :80 } PortWithoutNetwork InvalidOperation
    }

    It 'refuses what is no port, once for all containers' {
        $null = 'web1', 'web2' | New-Container -NoStart
        Assert-Failure { Publish-ContainerPort web* 8080: } PortInvalid InvalidArgument
    }

    It 'says so where there is no such container' {
        Assert-Failure { Publish-ContainerPort nope :80 } ContainerNotFound ObjectNotFound
    }

    It 'does nothing with -WhatIf' {
        $null = New-Container web -RootFs $root
        Invoke-Unseen 'Publish-ContainerPort web :80 -WhatIf' | Should -BeNullOrEmpty
        Get-ContainerPort web | Should -BeNullOrEmpty
    }

    It 'serves several sessions at once' {
        $null = New-Web web
        $pipelines = 1..4 | ForEach-Object { Start-Pipeline 'Publish-ContainerPort web :80' }
        $ports = foreach ($pipeline in $pipelines) {
            $null = $pipeline.Shell.EndInvoke($pipeline.Run)
            $pipeline.Output.HostPort
            $pipeline.Shell.Dispose()
        }
        $ports | Select-Object -Unique | Should -HaveCount 4
        (Get-ContainerPort web).HostPort | Sort-Object | Should -Be ($ports | Sort-Object)
        Stop-Container web -Timeout 0
        Start-Container web
        Get-ContainerPort web | Should -HaveCount 4
    }
}
