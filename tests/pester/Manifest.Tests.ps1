#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery {
    . $PSScriptRoot/Setting/All.ps1
    $manifest = Import-PowerShellDataFile $module
    $cmdlets = $manifest.CmdletsToExport
}

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage manifest
    $manifest = Import-PowerShellDataFile $module
    $loaded = Get-Module PSContainer
}

AfterAll { Exit-Storage }

Describe 'The manifest' {
    It 'is valid' {
        Test-ModuleManifest $module -ErrorAction Stop | ForEach-Object Name | Should -Be PSContainer
    }

    It 'exports exactly what is in the assembly' {
        $types = [Reflection.Assembly]::LoadFrom("$(Split-Path $module)/PSContainer.dll").GetTypes() | ForEach-Object {
            $_.GetCustomAttributes([Management.Automation.CmdletAttribute], $false) } | ForEach-Object { "$($_.VerbName)-$($_.NounName)" }
        $manifest.CmdletsToExport | Sort-Object | Should -Be ($types | Sort-Object)
        $loaded.ExportedCmdlets.Keys | Sort-Object | Should -Be ($types | Sort-Object)
    }

    It 'brings no alias, function or variable into a session' {
        $loaded.ExportedAliases.Keys, $loaded.ExportedFunctions.Keys, $loaded.ExportedVariables.Keys | ForEach-Object { $_ } | Should -BeNullOrEmpty
        Get-Alias | Where-Object Source -eq PSContainer | Should -BeNullOrEmpty
    }

    It 'names files that are there' {
        foreach ($file in @($manifest.RootModule) + $manifest.FormatsToProcess) { Join-Path (Split-Path $module) $file | Should -Exist }
    }

    It 'names every format file that there is' {
        (Get-ChildItem (Split-Path $module) -Filter *.format.ps1xml).Name | Sort-Object | Should -Be ($manifest.FormatsToProcess | Sort-Object)
    }

    It 'has what a gallery wants' {
        $manifest.Description, $manifest.Author, $manifest.GUID, $manifest.PrivateData.PSData.Tags, $manifest.PrivateData.PSData.LicenseUri | ForEach-Object { $_ | Should -Not -BeNullOrEmpty }
        $manifest.CompatiblePSEditions | Should -Be Core
    }

    It 'loads twice, and leaves nothing loaded of it' {
        Import-Module $module -Force
        Import-Module $module -Force
        Get-Module PSContainer | Should -HaveCount 1
    }
}

Describe '<_>' -ForEach $cmdlets {
    BeforeAll { $command = Get-Command $_ -Module PSContainer; $own = $command.Parameters.Values | Where-Object { $_.Name -notin [Management.Automation.PSCmdlet]::CommonParameters + [Management.Automation.PSCmdlet]::OptionalCommonParameters } }

    It 'has an approved verb and a singular noun' {
        $command.Verb | Should -BeIn (Get-Verb).Verb
        $command.Noun | Should -Not -Match '[^s]s$'
    }

    It 'has -WhatIf and -Confirm where it changes something, and only there' {
        # These run or look, and what is run decides what it changes.
        $looks = $command.Verb -in 'Get', 'Test', 'Wait', 'Enter', 'Compare', 'Measure' -or $command.Name -eq 'Invoke-ContainerCommand'
        $command.Parameters.ContainsKey('WhatIf') | Should -Be (-not $looks)
        $command.Parameters.ContainsKey('Confirm') | Should -Be (-not $looks)
    }

    It 'has -PassThru where it sets, starts or stops' {
        if ($command.Verb -in 'Set', 'Start', 'Stop') { $command.Parameters.Keys | Should -Contain PassThru }
    }

    It 'says what it returns' {
        if ($command.Verb -notin 'Remove', 'Unpublish') { $command.OutputType | Should -Not -BeNullOrEmpty }
    }

    It 'takes no parameter twice, by name or alias' {
        $names = $own | ForEach-Object { $_.Name; $_.Aliases }
        $names | Group-Object | Where-Object Count -gt 1 | Should -BeNullOrEmpty
    }

    It 'names its parameters in the singular, in Pascal case' {
        $own.Name | Where-Object { $_ -cnotmatch '^[A-Z][A-Za-z0-9]+$' } | Should -BeNullOrEmpty
    }

    It 'takes containers by name, id and object, where it takes them' {
        # Of a new image, -Name is the image's; where a command line follows, it is the program's.
        if ($command.Name -notin 'New-ContainerImage', 'Invoke-ContainerCommand', 'Enter-ContainerNamespace' -and $command.Parameters['Container'] -and $command.Noun -ne 'Namespace') {
            $command.Parameters['Container'].Aliases | Should -Contain Name
            $command.Parameters['Container'].Aliases | Should -Contain ContainerId
        }
    }
}
