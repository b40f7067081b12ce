#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery {
    . $PSScriptRoot/Setting/All.ps1
    $refused = @(
        @{ Options = @{ UserNamespace = 'me' }; Id = 'UserNamespaceInvalid' }, @{ Options = @{ UserNamespace = '0:100000' }; Id = 'UserNamespaceInvalid' }
        @{ Options = @{ UserNamespace = '1:100000:5' }; Id = 'UserNamespaceInvalid' }, @{ Options = @{ UserNamespace = '0:100000:0' }; Id = 'MappingInvalid' }
        @{ Options = @{ UserNamespace = '0:100000:10,5:200000:10' }; Id = 'MappingInvalid' }, @{ Options = @{ Volume = '/etc:/e:idmap' }; Id = 'IdmapUnwanted' }
    ) | ForEach-Object { $_ + @{ Shown = ($_.Options.GetEnumerator() | ForEach-Object { "-$($_.Key) $($_.Value)" }) -join ' ' } }
}

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage new-container-users
    $subIds = @{}
    foreach ($name in '/etc/subuid', '/etc/subgid') { $subIds[$name] = (Test-Path $name) ? [IO.File]::ReadAllText($name) : $null }
    function Set-SubId([string[]] $Line) { Set-Content /etc/subuid $Line; Set-Content /etc/subgid $Line }
    function Read-Uid($Container) { (-split ((Get-Content "/proc/$($Container.Pid)/status") -match '^Uid:'))[1] }
}

AfterAll {
    foreach ($name in $subIds.Keys) {
        if ($null -eq $subIds[$name]) { [IO.File]::Delete($name) } else { [IO.File]::WriteAllText($name, $subIds[$name]) }
    }
    Exit-Storage
}

Describe 'New-Container -UserNamespace' -Tag Root -Skip:(-not $isRoot) {
    AfterEach {
        Get-Container | Remove-Container -Force
        Remove-Item "$env:PSCONTAINER_ROOT/settings.json" -ErrorAction Ignore
    }

    It 'makes root inside somebody else outside, on this machine''s root' {
        $container = New-Container os1 -UserNamespace 0:100000:65536
        Read-Uid $container | Should -Be 100000
        Read-Inside $container 'id -u; stat -c %u / /etc/passwd /dev/null /etc/hosts; echo x > /root/x && stat -c %u /root/x' | Should -Be (@(0) * 6 -join "`n")
        $container.UserNamespace | Should -Be '0:100000:65536'
        "$($container.Security)" | Should -Be 'users=0:100000:65536'
        (Get-Container os1).UserNamespace | Should -Be '0:100000:65536'
    }

    It 'has the host''s users by default' {
        $container = New-Container os1
        Read-Uid $container | Should -Be 0
        $container.UserNamespace | Should -Be Host
    }

    It 'has a network, exec, logs, limits and an exit code as ever' {
        $container = New-Container os1 sh -ArgumentList '-c', 'echo hello; sleep 1000' -HostRoot -UserNamespace 0:100000:65536 -Memory 50MB
        Read-Inside $container 'ip -4 addr show eth0' | Should -Match $container.IPAddress
        Wait-Until { Get-ContainerLog os1 } | Out-Null
        (Get-ContainerLog os1).Text | Should -Be hello
        $container.Limit.Memory | Should -Be 50MB
        (Stop-Container os1 -Timeout 0 -PassThru).ExitCode | Should -Be 137
        Read-Inside (Start-Container os1 -PassThru) 'id -u' | Should -Be 0
        Invoke-Container -HostRoot -UserNamespace 0:100000:65536 id '-u' | Should -Be 0
    }

    It 'ends with its supervisor' {
        $container = New-Container os1 -UserNamespace 0:100000:65536
        /bin/kill -9 (Get-SupervisorId $container)
        Wait-Until { -not (Test-Path "/proc/$($container.Pid)") } | Out-Null
        (Get-Container os1).Status | Should -Be Stopped
        Read-Uid (Start-Container os1 -PassThru) | Should -Be 100000
    }

    It 'shares an image''s layers, and writes ids as images have them' {
        $null = New-BusyboxImage users:1
        $container = New-Container os1 users:1 -UserNamespace 0:100000:65536 -Idle
        Read-Uid $container | Should -Be 100000
        Read-Inside $container 'ls -ln /bin/busybox | tr -s " " | cat; echo x > /home/x; id -u' | Should -Match ' 0 0 '
        (Get-Item "$env:PSCONTAINER_ROOT/containers/$($container.Id)/upper/home/x").UnixStat.UserId | Should -Be 0
        (Compare-Container os1).Path | Should -Contain /home/x
        Stop-Container os1 -Timeout 0
        Read-Inside (Start-Container os1 -PassThru) 'cat /home/x' | Should -Be x
    }

    It 'gets and gives copies with owners as they are inside' {
        $null = New-BusyboxImage users:1
        $container = New-Container os1 users:1 -UserNamespace 0:100000:65536 -Idle
        Set-Content "$folder/item" item
        chown 7:8 "$folder/item"
        Copy-ContainerItem "$folder/item" os1:/home/plain
        Copy-ContainerItem -Archive "$folder/item" os1:/home/kept
        Read-Inside $container 'cat /home/kept; ls -ln /home | tr -s " " | cut -d" " -f3,4 | tail -n 2' | Should -Be "item`n7 8`n0 0"
        Copy-ContainerItem -Archive os1:/home/kept "$folder/back"
        stat -c %u:%g "$folder/back" | Should -Be 7:8
    }

    It 'maps a volume''s owners with :idmap alone' {
        $null = New-Item -ItemType Directory "$folder/volume"
        Set-Content "$folder/volume/a" a
        $container = New-Container os1 -UserNamespace 0:100000:65536 -Volume "$folder/volume:/mapped:idmap", "$folder/volume:/plain"
        Read-Inside $container 'stat -c %u /mapped/a /plain/a; echo b > /mapped/b; echo c > /plain/c' | Should -Match "^0`n65534`n.*denied"
        (Get-Item "$folder/volume/b").UnixStat.UserId | Should -Be 0
    }

    It 'takes a range that no other container has, and gives it back' {
        Set-SubId 'ann:50000:10', 'pscontainer:200000:131072'
        $one, $two = New-Container os1, os2 -UserNamespace Auto
        $one.UserNamespace, $two.UserNamespace | Should -Be '0:200000:65536', '0:265536:65536'
        Read-Uid $two | Should -Be 265536
        Assert-Failure { New-Container os3 -UserNamespace Auto } SubIdExhausted ResourceUnavailable
        Get-Container os3 -ErrorAction Ignore | Should -BeNullOrEmpty
        Remove-Container os1 -Force
        (New-Container os3 -UserNamespace Auto -NoStart).UserNamespace | Should -Be '0:200000:65536'
    }

    It 'says what stands against a range' {
        Set-SubId 'ann:100000:65536'
        Assert-Failure { New-Container os1 -UserNamespace Auto } SubIdMissing ObjectNotFound
        Set-SubId 'ann:100000:65536', 'pscontainer:165535:65536'
        Assert-Failure { New-Container os1 -UserNamespace Auto } SubIdOverlap InvalidData
        Set-SubId 'pscontainer:some'
        Assert-Failure { New-Container os1 -UserNamespace Auto } SubIdInvalid InvalidData
        Get-Container | Should -BeNullOrEmpty
    }

    It 'has the storage''s default' {
        Set-SubId 'pscontainer:300000:65536'
        Set-Content "$env:PSCONTAINER_ROOT/settings.json" '{ "userNamespace": "Auto" }'
        (New-Container os1).UserNamespace | Should -Be '0:300000:65536'
        (New-Container os2 -UserNamespace Host).UserNamespace | Should -Be Host
        Set-Content "$env:PSCONTAINER_ROOT/settings.json" '{ "userNamespace": "Some" }'
        Assert-Failure { New-Container os3 } UserNamespaceInvalid InvalidArgument
    }

    It 'refuses <Shown>, and leaves nothing' -ForEach $refused {
        $wish = $Options
        Get-ErrorId { New-Container os1 @wish } | Should -Be $Id
        Get-Container | Should -BeNullOrEmpty
    }

    It 'completes' {
        Complete 'New-Container -UserNamespace ' | Should -Contain Auto
        Complete 'Invoke-Container -UserNamespace H' | Should -Be Host
    }
}
