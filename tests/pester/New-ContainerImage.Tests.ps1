#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery { . $PSScriptRoot/Setting/All.ps1 }

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage new-containerimage
}

AfterAll { Exit-Storage }

Describe 'New-ContainerImage' -Tag Root -Skip:(-not ($isRoot -and $hasBusybox)) {
    BeforeAll { $null = New-BusyboxImage box:1 -Config @{ Cmd = @('sh'); Env = @('PATH=/bin', 'KEPT=yes') } }
    AfterEach {
        Get-Container | Remove-Container -Force
        Get-ContainerImage | Where-Object Name -ne box:1 | Remove-ContainerImage -Force
    }

    It 'makes an image whose containers have what this one has written' {
        $null = New-Container os1 box:1 -Idle
        Read-Inside os1 'echo hello >/new; rm /etc/group; mkdir -m 700 /made; echo x >/made/in; chown 1000:1001 /made/in'
        $image = New-ContainerImage os1 app:2
        $image | Should -BeOfType PSContainer.Engine.Images.ContainerImage
        $image.Name | Should -Be app:2
        $image.Layers.Count | Should -Be 2
        $image.Layers[0] | Should -Be (Get-ContainerImage box:1).Layers[0]
        $image.Command | Should -Be sh
        (Invoke-Container -Image app:2 -Command sh -ArgumentList '-c', 'cat /new; ls /etc/group 2>/dev/null; ls -ln /made; echo $KEPT') -join '|' | Should -Match '^hello\|total.*\|-rw-r--r--\s+1\s+1000\s+1001.*\sin\|yes$'
    }

    It 'lets a running container go on, and takes a stopped one as well' {
        $container = New-Container os1 box:1 -Command sh -ArgumentList '-c', 'while :; do echo x >>/grows; sleep 0.1; done'
        Wait-Until { @(Compare-Container os1).Count } | Should -BeTrue
        $null = New-ContainerImage os1 running
        (Get-Container os1).Pid | Should -Be $container.Pid
        $size = (Compare-Container os1 | Where-Object Path -eq /grows).Size
        Wait-Until { (Compare-Container os1 | Where-Object Path -eq /grows).Size -gt $size } 20 | Should -BeTrue
        Stop-Container os1 -Timeout 0
        (New-ContainerImage os1 a).Layers | Should -Be (New-ContainerImage os1 b).Layers
        $null = Start-Container os1
    }

    It 'changes what is asked for, and notes it in the history' {
        $null = New-Container os1 box:1 -Command touch -ArgumentList /made
        $null = Wait-Container os1
        $image = New-ContainerImage os1 app:1, app:latest -Author Ann -Message 'with made' -Command cat, /made -Environment @{ ADDED = 1 } -WorkingDirectory /home -User app `
            -Label role=test -ExposedPort 80, 53/udp -Volume /data -StopSignal QUIT
        $image.Names | Should -Be app:1, app:latest
        $image.Author | Should -Be Ann
        $image.Command | Should -Be cat, /made
        $image.Environment | Should -Be 'PATH=/bin', 'KEPT=yes', 'ADDED=1'
        $image.WorkingDirectory, $image.User, $image.Labels['role'], $image.StopSignal | Should -Be /home, app, test, QUIT
        $image.ExposedPorts | Should -Be 53/udp, 80/tcp
        $image.Volumes | Should -Be /data
        $step = Get-ContainerImageHistory app:1 | Select-Object -First 1
        $step.CreatedBy | Should -Be 'touch /made'
        $step.Comment | Should -Be 'with made'
    }

    It 'adds no layer where nothing was written, and no name where none is given' {
        $null = New-Container os1 box:1 -NoStart
        $image = New-ContainerImage os1 -Command id
        $image.Names | Should -BeNullOrEmpty
        $image.Layers | Should -Be (Get-ContainerImage box:1).Layers
    }

    It 'takes containers from the pipeline' {
        $null = 'a', 'b' | New-Container -Image box:1 -Idle
        'a', 'b' | ForEach-Object { Read-Inside $_ "touch /$_-file" }
        @(Get-Container | New-ContainerImage).Id | Select-Object -Unique | Should -HaveCount 2
        Get-Container a | New-ContainerImage -Name from-a | ForEach-Object Name | Should -Be from-a:latest
    }

    It 'moves a name that another image has' {
        $null = New-Container os1 box:1 -Idle
        $first = New-ContainerImage os1 app:1
        Read-Inside os1 'touch /more'
        $second = New-ContainerImage os1 app:1
        (Get-ContainerImage app:1).Id | Should -Be $second.Id
        $first.Id | Should -Not -Be $second.Id
    }

    It 'does nothing with -WhatIf' {
        $null = New-Container os1 box:1 -Idle
        Invoke-Unseen 'New-ContainerImage os1 app:1 -WhatIf' | Should -BeNullOrEmpty
        (Get-ContainerImage).Name | Should -Be box:1
    }

    It 'is an error where nothing is kept, and where it is asked for nonsense' {
        $null = New-Container host
        Assert-Failure { New-ContainerImage host app:1 } ContainerKeepsNothing InvalidOperation
        Assert-Failure { New-ContainerImage none app:1 } ContainerNotFound ObjectNotFound
        $null = New-Container os1 box:1 -Idle
        Assert-Failure { New-ContainerImage os1 App:1 } ImageNameInvalid InvalidArgument
        Assert-Failure { New-ContainerImage os1 app:1 -ExposedPort 70000 } ImageOptionInvalid InvalidArgument
        Assert-Failure { New-ContainerImage os1 app:1 -WorkingDirectory home } ImageOptionInvalid InvalidArgument
        Read-Inside os1 'touch /.wh.name'
        Assert-Failure { New-ContainerImage os1 app:1 } LayerNotPackable NotInstalled
        (Get-ContainerImage).Name | Should -Be box:1
        Get-ChildItem "$env:PSCONTAINER_ROOT/images/ingest" | Should -BeNullOrEmpty
        (Get-Container os1 | ForEach-Object Status) | Should -Be Running
    }
}
