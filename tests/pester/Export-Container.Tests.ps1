#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery { . $PSScriptRoot/Setting/All.ps1 }

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage export
}

AfterAll { Exit-Storage }

Describe 'Export-Container' -Tag Root -Skip:(-not ($isRoot -and $hasBusybox)) {
    BeforeAll { $null = New-BusyboxImage box:1 -Above { $null = New-Item -ItemType Directory "$($args[0])/srv"; Set-Content "$($args[0])/srv/below" below } -Config @{ Volumes = @{ '/volume' = @{} } } }
    AfterEach { Get-Container | Remove-Container -Force }

    It 'writes the whole root, as it is now, running and stopped' {
        $null = New-Container os1 box:1 -Idle
        Read-Inside os1 'rm /etc/group; echo new >/srv/new; ln /srv/new /srv/hard; ln -s new /srv/link; chown 7:8 /srv/new; echo v >/volume/in'
        foreach ($i in 1, 2) {
            $file = Export-Container os1 "$folder/os1.tar" -PassThru
            $file | Should -BeOfType IO.FileInfo
            $listed = tar -tf $file.FullName
            $listed | Should -Contain srv/below
            $listed | Should -Contain bin/busybox
            $listed | Should -Not -Contain etc/group
            $listed -match '^(proc|volume)/.' | Should -BeNullOrEmpty
            tar -xOf $file.FullName srv/hard | Should -Be new
            tar --numeric-owner -tvf $file.FullName srv/hard srv/link srv/new | Out-String | Should -Match '(?s)7/8 .*srv/hard\n.*srv/link -> new\n.*srv/new link to srv/hard\n'
            Stop-Container os1
        }
    }

    It 'calls archives in a folder after their containers' {
        $null = 'a', 'b' | New-Container -Image box:1 -NoStart
        $exports = (New-Item -ItemType Directory "$folder/exports").FullName
        Get-Container | Export-Container -Path $exports
        (Get-ChildItem $exports).Name | Should -Be a.tar, b.tar
    }

    It 'does not write over an archive with -NoClobber, nor with -WhatIf' {
        $null = New-Container os1 box:1 -NoStart
        Set-Content "$folder/there.tar" kept
        Assert-Failure { Export-Container os1 "$folder/there.tar" -NoClobber } FileExists ResourceExists
        Invoke-Unseen "Export-Container os1 '$folder/there.tar' -WhatIf"
        Get-Content "$folder/there.tar" | Should -Be kept
    }

    It 'is an error where nothing is kept, and for a folder that is not there, and leaves nothing' {
        $null = New-Container os1 -NoStart
        Assert-Failure { Export-Container os1 "$folder/x.tar" } ContainerKeepsNothing InvalidOperation
        $null = New-Container os2 box:1 -NoStart
        (Get-Failure { Export-Container os2 "$folder/none/x.tar" }).FullyQualifiedErrorId | Should -Match '^FileFailed,'
        Get-ChildItem $folder -Filter x.tar* | Should -BeNullOrEmpty
    }
}
