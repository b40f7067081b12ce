#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery {
    . $PSScriptRoot/Setting/All.ps1
    $cmdlets = (Import-PowerShellDataFile $module).CmdletsToExport
    $hasPlatyPS = [bool](Get-Module -ListAvailable Microsoft.PowerShell.PlatyPS)
    $topics = (Get-ChildItem $PSScriptRoot/../../docs/help -Filter about_*.md).BaseName
}

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage help
    $pages = "$PSScriptRoot/../../docs/help"
    $common = [Management.Automation.PSCmdlet]::CommonParameters + [Management.Automation.PSCmdlet]::OptionalCommonParameters + 'ProgressAction'
}

AfterAll { Exit-Storage }

Describe 'The page of <_>' -ForEach $cmdlets {
    BeforeAll {
        $command = Get-Command $_ -Module PSContainer
        $page = "$pages/$_.md"
        $text = Get-Content -Raw $page
        $own = $command.Parameters.Keys | Where-Object { $_ -notin $common }
    }

    It 'is there, and filled in' {
        $page | Should -Exist
        $text | Should -Not -Match '\{\{ *(Fill|Add|Insert)'
    }

    It 'has each parameter, and no other' {
        $written = [regex]::Matches($text, '(?m)^### -(\w+)').ForEach({ $_.Groups[1].Value }) | Where-Object { $_ -notin $common }
        $written | Sort-Object | Should -Be ($own | Sort-Object)
    }

    It 'has examples' {
        [regex]::Matches($text, '(?m)^### Example').Count | Should -BeGreaterThan 0
    }

    It 'links to what is there' {
        foreach ($link in [regex]::Matches($text, '\]\(([\w-]+\.md)\)')) { Join-Path $pages $link.Groups[1].Value | Should -Exist }
    }
}

Describe 'Get-Help <_>' -ForEach $cmdlets {
    BeforeAll {
        $help = Get-Help $_ -Full
        $own = (Get-Command $_ -Module PSContainer).Parameters.Keys | Where-Object { $_ -notin $common }
    }

    It 'shows a synopsis, a description and examples' {
        # Without help, Get-Help's synopsis is the syntax.
        $help.Synopsis | Should -Not -Match "^\s*$($help.Name) "
        $help.Synopsis.Length | Should -BeGreaterThan 10
        ($help.description.Text -join '').Length | Should -BeGreaterThan 40
        @($help.examples.example).Count | Should -BeGreaterThan 0
    }

    It 'describes each parameter' {
        foreach ($parameter in $own) {
            $described = $help.parameters.parameter | Where-Object name -eq $parameter
            ($described.description.Text -join '').Length | Should -BeGreaterThan 10 -Because $parameter
        }
    }

    It 'shows no marks that only Markdown reads' {
        $help.description.Text, $help.examples.example.remarks.Text | Should -Not -Match '```'
    }
}

Describe 'Get-Help <_>' -ForEach $topics {
    It 'finds the topic, in lines that fit a terminal' {
        $text = (Get-Help $_) -join "`n"
        $text | Should -Match '^TOPIC\n    about_'
        $text -split "`n" | Where-Object { $_.Length -gt 120 } | Should -BeNullOrEmpty
    }
}

Describe 'The exported help' {
    It 'is in step with its Markdown' -Skip:(-not $hasPlatyPS) -Tag PlatyPS {
        # Another PowerShell, for PlatyPS brings assemblies of its own.
        & $pwsh -NoProfile -File "$pages/export.ps1" -Destination "$folder/en-US"
        foreach ($file in Get-ChildItem "$folder/en-US") {
            (Get-Content -Raw "$pages/en-US/$($file.Name)") -eq (Get-Content -Raw $file.FullName) | Should -BeTrue -Because "$($file.Name) must be made anew (docs/help/export.ps1)"
        }
    }

    It 'stands beside the module' {
        foreach ($file in Get-ChildItem "$pages/en-US") { Get-Content -Raw "$(Split-Path $module)/en-US/$($file.Name)" | Should -Be (Get-Content -Raw $file.FullName) }
    }
}
