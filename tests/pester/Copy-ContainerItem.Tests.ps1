#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery { . $PSScriptRoot/Setting/All.ps1 }

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage copy
}

AfterAll { Exit-Storage }

Describe 'Copy-ContainerItem' -Tag Root -Skip:(-not ($isRoot -and $hasBusybox)) {
    BeforeAll {
        $null = New-BusyboxImage box:1
        $here = (New-Item -ItemType Directory -Force "$folder/here").FullName
        Set-Content "$here/one" 1
        $null = New-Item -ItemType Directory -Force "$here/tree/sub"
        Set-Content "$here/tree/sub/two" 2
        Push-Location $here
    }
    AfterAll { Pop-Location }
    BeforeEach { $os1 = New-Container os1 box:1 -Idle }
    AfterEach { Get-Container | Remove-Container -Force }

    It 'copies into a container, as root''s' {
        chown 1000:1000 $here/one
        Copy-ContainerItem ./one os1:/root/ | Should -BeNullOrEmpty
        Copy-ContainerItem ./one os1:/root/other -Archive
        Read-Inside os1 'cat /root/one; ls -ln /root/one /root/other | while read m l u g r; do echo $u:$g; done' | Should -Be "1`n0:0`n1000:1000"
    }

    It 'copies out of it' {
        Read-Inside os1 'mkdir -p /out/deep; echo x >/out/deep/file; chmod 4755 /out/deep/file'
        Copy-ContainerItem os1:/out ./result
        Get-Content ./result/deep/file | Should -Be x
        "$((Get-Item ./result/deep/file).UnixMode)" | Should -Be '-rwxr-xr-x'
        Copy-ContainerItem os1:/out/. ./result -Archive
        Copy-ContainerItem os1:/out/deep/file ./kept -Archive
        "$((Get-Item ./kept).UnixMode)" | Should -Be '-rwsr-xr-x'
    }

    It 'copies folders, what is in them, and several at once' {
        Copy-ContainerItem ./tree os1:/root
        Copy-ContainerItem ./tree/. os1:/root/new
        Copy-ContainerItem ./one, ./tree os1:/home
        Copy-ContainerItem ./o*, ./nothing-like-it* os1:/tmp
        Read-Inside os1 'cat /root/tree/sub/two /root/new/sub/two /home/one /home/tree/sub/two /tmp/one' | Should -Be "2`n2`n1`n2`n1"
    }

    It 'copies between containers' {
        $null = New-Container os2 box:1 -Idle
        Read-Inside os1 'echo from-os1 >/file'
        Copy-ContainerItem os1:/file os2:/etc/passwd
        Read-Inside os2 'cat /etc/passwd' | Should -Be from-os1
    }

    It 'takes containers from the pipeline' {
        $null = New-Container os2 box:1 -Idle
        Get-Container os* | Copy-ContainerItem ./one :/piped
        'os1', 'os2' | ForEach-Object { Read-Inside $_ 'cat /piped' } | Should -Be 1, 1
        $os1 | Copy-ContainerItem :/piped ./back
        Get-Content ./back | Should -Be 1
        Copy-ContainerItem -Container os1 -Path ./one -Destination :/named
        Read-Inside os1 'cat /named' | Should -Be 1
    }

    It 'reads and writes one that does not run' {
        Stop-Container os1
        Copy-ContainerItem ./one os1:/while-stopped
        Copy-ContainerItem os1:/while-stopped ./from-stopped
        Get-Content ./from-stopped | Should -Be 1
        Select-String -SimpleMatch $os1.Id /proc/self/mountinfo | Should -BeNullOrEmpty
        Start-Container os1
        Read-Inside os1 'cat /while-stopped' | Should -Be 1
    }

    It 'stays in the container whatever its links say' {
        $outside = (New-Item -ItemType Directory "$folder/outside-$([guid]::NewGuid())").FullName
        Read-Inside os1 "ln -s ../../../../../../../..$outside /up; ln -s $outside /abs; ln -s / /top"
        Assert-Failure { Copy-ContainerItem ./one os1:/up/ } CopyPathMissing ObjectNotFound
        Assert-Failure { Copy-ContainerItem ./one os1:/abs/x } CopyPathMissing ObjectNotFound
        Copy-ContainerItem ./one os1:/top/top/top/landed
        Read-Inside os1 'cat /landed' | Should -Be 1
        Get-ChildItem $outside | Should -BeNullOrEmpty
    }

    It 'is an error for <Case>' -ForEach @(
        @{ Case = 'a path that is not there'; From = 'os1:/none'; To = './x'; Id = 'CopyPathMissing'; Category = 'ObjectNotFound' }
        @{ Case = 'a folder that is not there'; From = './one'; To = 'os1:/none/x'; Id = 'CopyPathMissing'; Category = 'ObjectNotFound' }
        @{ Case = 'a folder over a file'; From = './tree'; To = 'os1:/etc/passwd'; Id = 'CopyOverFile'; Category = 'ResourceExists' }
        @{ Case = 'two paths of this machine'; From = './one'; To = './two'; Id = 'CopyWithoutContainer'; Category = 'InvalidArgument' }
        @{ Case = 'a container that is not there'; From = './one'; To = 'none:/x'; Id = 'ContainerNotFound'; Category = 'ObjectNotFound' }
        @{ Case = 'a colon without a container'; From = './one'; To = ':/x'; Id = 'ContainerMissing'; Category = 'InvalidArgument' }
    ) {
        Assert-Failure { Copy-ContainerItem $From $To } $Id $Category
    }

    It 'goes on with the next path after an error' {
        Copy-ContainerItem ./none, ./one os1:/root -ErrorVariable failures -ErrorAction SilentlyContinue
        $failures.FullyQualifiedErrorId | Should -Match '^CopyPathMissing,'
        Read-Inside os1 'cat /root/one' | Should -Be 1
    }

    It 'tells what it passes over' {
        Copy-ContainerItem os1:/dev ./devices -WarningVariable told -WarningAction SilentlyContinue
        "$told" | Should -Match 'null'
        Test-Path ./devices/null | Should -BeFalse
    }

    It 'only tells with -WhatIf' {
        Invoke-Unseen "Copy-ContainerItem '$here/one' os1:/what-if -WhatIf"
        Read-Inside os1 'ls /what-if 2>&1' | Should -Match 'No such file'
    }

    It 'refuses to write where nothing is kept, and reads there' {
        $null = New-Container host1 -NoStart
        Assert-Failure { Copy-ContainerItem ./one host1:/tmp/ } ContainerKeepsNothing InvalidOperation
        Copy-ContainerItem host1:/etc/passwd ./from-host
        Get-Content ./from-host | Should -Be (Get-Content /etc/passwd)
    }

    It 'completes containers, and paths in one that runs' {
        Complete 'Copy-ContainerItem os' | Should -Contain 'os1:'
        Complete 'Copy-ContainerItem ./one os1:/et' | Should -Be 'os1:/etc/'
        Complete 'Copy-ContainerItem ./one os1:/etc/pa' | Should -Be 'os1:/etc/passwd'
        Complete 'Copy-ContainerItem ./o' | Should -Contain './one'
    }
}
