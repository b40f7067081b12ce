#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery { . $PSScriptRoot/Setting/All.ps1 }

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage new-container-image
}

AfterAll { Exit-Storage }

Describe 'A container of an image' -Tag Root -Skip:(-not ($isRoot -and $hasBusybox)) {
    BeforeAll {
        $null = New-BusyboxImage app:1 -Above { Set-Content "$($args[0])/hello" hi } -Config @{
            Entrypoint = @('/bin/sh', '-c'); Cmd = @('echo "$GREETING $(id -u) $(pwd)"'); Env = @('GREETING=hey', 'PATH=/bin', 'HOME')
            User = 'app'; WorkingDir = '/work'; StopSignal = 'INT'; Labels = @{ tier = 'web'; own = 'image' }; ExposedPorts = @{ '8080/tcp' = @{} }
            Healthcheck = @{ Test = @('CMD', 'true'); Interval = 5000000000 }
        }
        $null = New-BusyboxImage plain
    }
    AfterEach { Get-Container | Remove-Container -Force }

    It 'runs what the image says, as it says' {
        $null = New-Container web app:1
        (Wait-Container web).ExitCode | Should -Be 0
        (Get-ContainerLog web).Text | Should -Be 'hey 1000 /work'
    }

    It 'tells of its image' {
        $web = New-Container web app:1 -Label @{ own = 'mine' } -NoStart
        $web.Image | Should -Be app:1
        $web.ImageId | Should -Match '^sha256:[0-9a-f]{64}$'
        $web.ExposedPorts | Should -Be 8080/tcp
        $web.StopSignal | Should -Be INT
        $web.Healthcheck.Test | Should -Be CMD, true
        $web.Healthcheck.IntervalSeconds | Should -Be 5
        $web.Labels.tier, $web.Labels.own | Should -Be web, mine
    }

    It 'is found by the image''s id and by its full name' {
        $id = (New-Container a app:1 -NoStart).ImageId
        (New-Container b -Image $id -NoStart).ImageId | Should -Be $id
        (New-Container c -Image $id.Substring(7, 12) -NoStart).ImageId | Should -Be $id
        (New-Container d docker.io/library/app:1 -NoStart).ImageId | Should -Be $id
        ([pscustomobject]@{ Name = 'e'; Image = 'app:1' } | New-Container -NoStart).ImageId | Should -Be $id
    }

    It 'takes another command, entrypoint, user, folder and variables' {
        Invoke-Container app:1 -Command 'echo $GREETING $(id -u)' -Environment GREETING=ho -User root | Should -Be 'ho 0'
        Invoke-Container -Image app:1 -Entrypoint pwd -WorkingDirectory /etc | Should -Be /etc
        Invoke-Container -Image app:1 -Entrypoint '' -Command cat -ArgumentList /hello | Should -Be hi
    }

    It 'takes the rest of the line as the command, behind -Image' {
        Invoke-Container -Image plain cat /etc/group | Select-Object -First 1 | Should -Be 'root:x:0:'
        'piped' | Invoke-Container -Image plain tr a-z A-Z | Should -Be PIPED
    }

    It 'keeps what it writes until it is removed' {
        $os1 = New-Container os1 plain -Idle
        Read-Inside os1 'echo kept >/file; rm /etc/group'
        Stop-Container os1
        Start-Container os1
        Read-Inside os1 'cat /file; ls /etc' | Should -Be "kept`nhostname`nhosts`npasswd`nresolv.conf"
        $null = New-Container os2 plain -Idle
        Read-Inside os2 'ls /file 2>&1; ls /etc/group' | Should -Match '(?s)No such file.*/etc/group'
        Remove-Container os1 -Force
        Test-Path "$env:PSCONTAINER_ROOT/containers/$($os1.Id)" | Should -BeFalse
    }

    It 'is kept up by -Idle, and ends on TERM then' {
        $os1 = New-Container os1 app:1 -Idle
        $os1.Command | Should -Be '(idle)'
        (Stop-Container os1 -PassThru).ExitCode | Should -Be 0
        Assert-Failure { New-Container os2 app:1 -Idle -Command sh } CommandUnwanted InvalidArgument
    }

    It 'shows nothing of this machine but what it is given' {
        Read-Inside (New-Container os1 plain -Idle) 'cat /etc/passwd' | Should -Match '^root:x:0:0:root:/root:/bin/sh\napp:'
        # Of the layers not even where they lie.
        Read-Inside os1 'grep lowerdir /proc/self/mountinfo' | Should -Not -Match ([regex]::Escape($env:PSCONTAINER_ROOT))
    }

    It 'plans its layers with -WhatIf, and leaves nothing' {
        $plan = Invoke-Unseen 'New-Container os1 app:1 -WhatIf'
        "$plan" | Should -Match 'mount\("overlay".*lowerdir=0:1:2,upperdir=upper'
        Get-Container | Should -BeNullOrEmpty
        Get-ChildItem "$env:PSCONTAINER_ROOT/containers" | Should -BeNullOrEmpty
    }

    It 'is an error for <Case>' -ForEach @(
        @{ Case = 'an image that is not here'; Script = { New-Container os1 none:1 -NoStart -Pull Never }; Id = 'ImageNotFound'; Category = 'ObjectNotFound' }
        @{ Case = 'a name that is none'; Script = { New-Container os1 'UPPER:1' -NoStart }; Id = 'ImageNameInvalid'; Category = 'InvalidArgument' }
        @{ Case = 'an entrypoint without an image'; Script = { New-Container os1 -Entrypoint sh }; Id = 'EntrypointUnwanted'; Category = 'InvalidArgument' }
        @{ Case = 'a user that the image does not have'; Script = { New-Container os1 plain -User nobody-here }; Id = 'UserNotFound'; Category = 'ObjectNotFound' }
        @{ Case = 'an image without a command, to be waited for'; Script = { Invoke-Container -Image plain }; Id = 'CommandMissing'; Category = 'InvalidArgument' }
    ) {
        Assert-Failure $Script $Id $Category
        Get-Container | Should -BeNullOrEmpty
        Get-ChildItem "$env:PSCONTAINER_ROOT/names" -ErrorAction Ignore | Should -BeNullOrEmpty
    }

    It 'completes names of images with their tags' {
        Complete 'New-Container x ' | Should -Be app:1, plain:latest
        Complete 'New-Container x -Image pl' | Should -Be plain:latest
        Complete 'Invoke-Container -Image a' | Should -Be app:1
    }
}
