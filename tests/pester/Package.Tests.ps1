#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery { . $PSScriptRoot/Setting/All.ps1; $canMount = $isRoot -and (Test-Program unshare) }

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage package
    $ours = Split-Path $module

    # A session that knows only what lies in one user's home; returns what it prints.
    function Invoke-AtHome([string] $Script) {
        env TERM=dumb "HOME=$folder/home" PSModulePath= $pwsh -NoProfile -NonInteractive -Command "`$ErrorActionPreference = 'Stop'; `$ProgressPreference = 'SilentlyContinue'; $Script" 2>&1 | ForEach-Object { "$_" }
    }

    # A copy of the module's folder with something done to it; what the first New-Container says in it.
    function Get-Refusal([scriptblock] $Change, [string] $Mount = 'true') {
        $copy = "$folder/copy"
        Copy-Item $ours $copy -Recurse
        try {
            $null = & $Change $copy
            $script = "Import-Module '$copy/PSContainer.psd1'; `$null = New-Container x 2>`$null; `$Error[0].FullyQualifiedErrorId; `$Error[0].CategoryInfo.Category; `$Error[0].ErrorDetails.RecommendedAction; @(Get-Container).Count"
            unshare --mount --propagation private sh -c "$($Mount -replace 'COPY', $copy) && TERM=dumb exec `"`$0`" -NoProfile -NonInteractive -Command `"`$1`"" $pwsh $script | ForEach-Object { $_ -replace '\e.*' }
        }
        finally { Remove-Item $copy -Recurse -Force }
    }
}

AfterAll { Exit-Storage }

Describe 'The module in a gallery' -Tag Root -Skip:(-not $isRoot) {
    BeforeAll { $null = New-Item -ItemType Directory "$folder/feed", "$folder/home" }

    It 'is published, installed, imported by its name, and starts a container' {
        Invoke-AtHome "Register-PSResourceRepository here '$folder/feed' -Trusted; Publish-PSResource -Path '$ours' -Repository here" | Should -BeNullOrEmpty
        Get-ChildItem "$folder/feed" -Filter *.nupkg | Should -HaveCount 1
        Invoke-AtHome 'Install-PSResource PSContainer -Repository here -Scope CurrentUser' | Should -BeNullOrEmpty
        # A zip has lost the executable's mode.
        $installed = (Get-ChildItem "$folder/home" -Recurse -Force -File -Filter pscontainer).FullName
        [IO.File]::GetUnixFileMode($installed) -band 'UserExecute' | Should -Be 'None'
        $said = Invoke-AtHome "Import-Module PSContainer; (New-Container gallery).Status; (Get-Module PSContainer).ModuleBase"
        $said[0] | Should -Be Running
        $said[1] | Should -Be (Split-Path $installed)
    }

    It 'is updated while a container of the old one runs, which goes on' {
        $before = Get-Container gallery
        $before.Status | Should -Be Running
        Copy-Item $ours "$folder/newer/PSContainer" -Recurse -Force
        $manifest = "$folder/newer/PSContainer/PSContainer.psd1"
        (Get-Content -Raw $manifest) -replace "ModuleVersion( *)= '.*'", "ModuleVersion`$1= '9.9.9'" | Set-Content $manifest
        Invoke-AtHome "Publish-PSResource -Path '$folder/newer/PSContainer' -Repository here; Update-PSResource PSContainer -Repository here" | Should -BeNullOrEmpty
        $said = Invoke-AtHome "Import-Module PSContainer; (Get-Module PSContainer).Version.ToString(); Invoke-ContainerCommand gallery true; (Get-Container gallery).Pid"
        $said[0] | Should -Be 9.9.9
        $said[-1] | Should -Be $before.Pid
        Remove-Container gallery -Force
    }
}

Describe 'A module folder that is not whole' -Tag Root -Skip:(-not $canMount) {
    It 'without its executable' {
        $said = Get-Refusal { Remove-Item "$args/pscontainer" }
        $said[0] | Should -BeLike 'ExecutableMissing,*'
        $said[1] | Should -Be ObjectNotFound
        $said[-1] | Should -Be 0
    }

    It 'with the executable of another architecture' {
        $said = Get-Refusal { param($copy) $bytes = [IO.File]::ReadAllBytes("$copy/pscontainer"); $bytes[18] = $bytes[18] -eq 62 ? 183 : 62; [IO.File]::WriteAllBytes("$copy/pscontainer", $bytes) }
        $said[0] | Should -BeLike 'ExecutableForeign,*'
        $said[2] | Should -Match 'linux-(x64|arm64)'
        $said[-1] | Should -Be 0
    }

    It 'without its mode is mended' { Get-Refusal { chmod -x "$args/pscontainer" } | Should -Be 1; Get-Container | Remove-Container -Force }

    It 'without its mode, read-only' {
        $said = Get-Refusal { chmod -x "$args/pscontainer" } 'mount --bind COPY COPY && mount -o remount,ro,bind COPY'
        $said[0] | Should -BeLike 'ExecutableDenied,*'
        $said[2] | Should -BeLike '*chmod +x*'
    }

    It 'on a file system without programs' {
        $said = Get-Refusal { } 'mount --bind COPY COPY && mount -o remount,noexec,bind COPY'
        $said[0] | Should -BeLike 'ExecutableDenied,*'
        $said[2] | Should -BeLike '*PSModulePath*'
    }
}
