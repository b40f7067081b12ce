#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery { . $PSScriptRoot/Setting/All.ps1 }

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage compare
}

AfterAll { Exit-Storage }

Describe 'Compare-Container' -Tag Root -Skip:(-not ($isRoot -and $hasBusybox)) {
    BeforeAll { $null = New-BusyboxImage box:1 }
    AfterEach { Get-Container | Remove-Container -Force }

    It 'tells nothing of a container that has done nothing' {
        Compare-Container (New-Container os1 box:1 -Idle) | Should -BeNullOrEmpty
    }

    It 'tells what was added, changed and deleted, running and stopped' {
        $null = New-Container os1 box:1 -Idle
        Read-Inside os1 'echo x >/etc/new; rm /etc/group; echo hello >/etc/passwd; mkdir /made; ln -s /etc /made/link'
        foreach ($i in 1, 2) {
            $changes = Compare-Container os1
            $changes | Should -BeOfType PSContainer.Engine.Roots.FileChange
            $changes | ForEach-Object { "$($_.Kind) $($_.Path)" } | Should -Be 'Changed /etc', 'Deleted /etc/group', 'Added /etc/new', 'Changed /etc/passwd', 'Added /made', 'Added /made/link'
            ($changes | Where-Object Path -eq /etc/passwd).Size | Should -Be 6
            "$(($changes | Where-Object Path -eq /made/link).Type)" | Should -Be Link
            ($changes | Where-Object Kind -eq Deleted).Type | Should -BeNullOrEmpty
            $changes.ContainerName | Select-Object -Unique | Should -Be os1
            Stop-Container os1
        }
    }

    It 'takes several from the pipeline, and its rows name their container' {
        $null = 'a', 'b' | New-Container -Image box:1 -Idle
        'a', 'b' | ForEach-Object { Read-Inside $_ "touch /$_-file" }
        Get-Container | Compare-Container | ForEach-Object { "$($_.ContainerName) $($_.Path)" } | Should -Be 'a /a-file', 'b /b-file'
        (Get-Container a | Compare-Container | Select-Object -First 1 | Get-Container).Name | Should -Be a
    }

    It 'shows no control characters' {
        $null = New-Container os1 box:1 -Idle
        Read-Inside os1 'touch "/$(printf ''a\033[31mb'')"'
        (Compare-Container os1).Path | Should -Be '/a\x1b[31mb'
        Compare-Container os1 | Out-String | Should -Match 'Kind +Type +Size +Path'
    }

    It 'is an error where nothing is kept' {
        $null = New-Container os1
        Assert-Failure { Compare-Container os1 } ContainerKeepsNothing InvalidOperation
        Assert-Failure { Compare-Container none } ContainerNotFound ObjectNotFound
    }
}
