#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery {
    . $PSScriptRoot/Setting/All.ps1
    $cmdlets = (Import-PowerShellDataFile $module).CmdletsToExport
    $topics = (Get-ChildItem $PSScriptRoot/../../docs/help -Filter about_*.md).BaseName
}

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage help
    $pages = "$PSScriptRoot/../../docs/help"
    $common = [Management.Automation.PSCmdlet]::CommonParameters + [Management.Automation.PSCmdlet]::OptionalCommonParameters + 'ProgressAction'

    # What a person is to see of a cmdlet's own parameters.
    function Get-Shown($Command) {
        $Command.Parameters.Values.Where({ $_.Name -notin $common -and $_.Attributes.Where({ $_ -is [Parameter] }).DontShow -notcontains $true }).Name
    }

    # Pages that a test may spoil, with the scripts beside them.
    function Copy-Page {
        $copy = (New-Item -ItemType Directory "$folder/$([guid]::NewGuid())").FullName
        Copy-Item "$pages/*.md", "$pages/*.ps1" $copy
        $copy
    }

    function Edit-Page([string] $Path, [string] $Old, [string] $New) {
        $text = Get-Content -Raw $Path
        $text | Should -Match $Old
        [IO.File]::WriteAllText($Path, [regex]::new($Old).Replace($text, $New, 1))
    }
}

AfterAll { Exit-Storage }

Describe 'The page of <_>' -ForEach $cmdlets {
    BeforeAll {
        $command = Get-Command $_ -Module PSContainer
        $page = "$pages/$_.md"
        $text = Get-Content -Raw $page
        $own = Get-Shown $command
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
        $own = Get-Shown (Get-Command $_ -Module PSContainer)
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
    It 'is in step with its Markdown' {
        & "$pages/export.ps1" -Destination "$folder/en-US"
        foreach ($file in Get-ChildItem "$folder/en-US") {
            (Get-Content -Raw "$pages/en-US/$($file.Name)") -ceq (Get-Content -Raw $file.FullName) | Should -BeTrue -Because "$($file.Name) must be made anew (docs/help/export.ps1)"
        }
        (Get-ChildItem "$folder/en-US").Name | Should -Be (Get-ChildItem "$pages/en-US").Name
    }

    It 'stands beside the module' {
        foreach ($file in Get-ChildItem "$pages/en-US") { Get-Content -Raw "$(Split-Path $module)/en-US/$($file.Name)" | Should -Be (Get-Content -Raw $file.FullName) }
    }

    It 'is not made of <What>, and page and line are said' -ForEach @(
        @{ What = 'a table'; Old = '(?<=## DESCRIPTION\n\n)'; New = "| a | b |`n"; Line = 31 }
        @{ What = 'code that does not end'; Old = '(?s)(?<=### Example 1: .*?)\n```\n'; New = "`n"; Line = 41 }
        @{ What = 'a word of yaml that it does not know'; Old = '(?<=\n)SupportsWildcards: true'; New = 'Wildcards: true'; Line = 87 }
        @{ What = 'a parameter of SYNTAX alone'; Old = '\[-PassThru\]'; New = '[-PassThru] [-Away]'; Line = 16 }
        @{ What = 'sections in another order'; Old = '## NOTES'; New = '## INPUTS'; Line = 169 }
    ) {
        $copy = Copy-Page
        Edit-Page "$copy/Stop-Container.md" $Old $New
        { & "$copy/export.ps1" } | Should -Throw
        "$($Error[0])" | Should -Match "^Stop-Container\.md, line ${Line}: "
    }
}

Describe 'What the pages say as the cmdlets have it' {
    It 'is in step with the built module' {
        & "$pages/update.ps1" -Module $module -Destination "$folder/updated" | Should -BeNullOrEmpty
        foreach ($file in Get-ChildItem "$folder/updated") {
            (Get-Content -Raw "$pages/$($file.Name)") -ceq (Get-Content -Raw $file.FullName) | Should -BeTrue -Because "$($file.Name) must be brought up to date (docs/help/update.ps1)"
        }
        (Get-ChildItem "$folder/updated").BaseName | Should -Be (Get-ChildItem "$pages/*-*.md").BaseName
    }

    It 'is mended, and the prose stays' {
        $copy = Copy-Page
        Edit-Page "$copy/Stop-Container.md" '\[-Timeout <double>\]' '[-Timeout <int>]'
        Edit-Page "$copy/Stop-Container.md" 'Type: System\.Double' 'Type: System.Int32'
        Edit-Page "$copy/Stop-Container.md" '(?s)(?<=### -PassThru\n\n[^\n]+\n)\n```yaml.*?```\n' ''
        & "$copy/update.ps1" -Module $module | Should -BeNullOrEmpty
        Get-Content -Raw "$copy/Stop-Container.md" | Should -BeExactly (Get-Content -Raw "$pages/Stop-Container.md")
    }

    It 'is said where a person must write it' {
        $copy = Copy-Page
        Edit-Page "$copy/Stop-Container.md" '### -Timeout' '### -Patience'
        Remove-Item "$copy/Wait-Container.md"
        Copy-Item "$copy/Get-Container.md" "$copy/Get-Nothing.md"
        $said = & "$copy/update.ps1" -Module $module
        $said | Should -Be @(
            'Get-Nothing.md: there is no such cmdlet.'
            'Stop-Container.md: ### -Timeout is missing.'
            'Stop-Container.md: ### -Patience is of no parameter that is shown.'
            'Wait-Container.md is missing.')
    }
}
