#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery {
    . $PSScriptRoot/Setting/All.ps1
    $isZstd = Test-Program zstd
}

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage import-container-image
    $archive = New-SampleArchive "$folder/app.tar"
    function Clear-Image { Get-ContainerImage | Remove-ContainerImage -Force; $null = Clear-ContainerStorage }
    function Get-Part { (Get-ChildItem -Recurse -File "$env:PSCONTAINER_ROOT/images/blobs", "$env:PSCONTAINER_ROOT/images/ingest", "$env:PSCONTAINER_ROOT/layers" -ErrorAction Ignore).FullName }
}

AfterAll { Exit-Storage }

Describe 'Import-ContainerImage' -Tag Root -Skip:(-not $isRoot) {
    AfterEach { Get-Container | Remove-Container -Force; Clear-Image }

    It 'imports a docker archive, and its container runs' {
        $image = Import-ContainerImage $archive
        $image | Should -BeOfType PSContainer.Engine.Images.ContainerImage
        $image.Names | Should -Be app:1, localhost:5000/team/app:2
        $image.Environment | Should -Be A=b
        Invoke-Container -Image app:1 | Should -Be world
    }

    It 'takes it compressed with <_>' -ForEach @(if ($isZstd) { 'zstd' }; 'gzip') {
        $packed = "$folder/packed.tar"
        & $_ -c $archive > $packed
        (Import-ContainerImage $packed).Names | Should -Be app:1, localhost:5000/team/app:2
    }

    It 'knows an image whose manifest comes last, behind layers of any name (<_>)' -ForEach '-cf', '-czf' {
        $tree = New-Item -ItemType Directory "$folder/late"
        try {
            tar -C $tree -xf $archive
            $manifest = Get-Content -Raw "$tree/manifest.json" | ConvertFrom-Json
            $first = foreach ($image in $manifest) {
                $image.Layers = @(for ($i = 0; $i -lt $image.Layers.Count; $i++) {
                    $null = New-Item -ItemType Directory "$tree/layer$i" -Force
                    Copy-Item "$tree/$($image.Layers[$i])" "$tree/layer$i/layer.tar"
                    "layer$i/layer.tar"
                })
                $image.Layers
            }
            ConvertTo-Json -Depth 9 @($manifest) | Set-Content "$tree/manifest.json"
            tar -C $tree $_ "$folder/late.tar" @($first | Select-Object -Unique) @($manifest.Config | Select-Object -Unique) manifest.json
            (Import-ContainerImage "$folder/late.tar").Names | Should -Be app:1, localhost:5000/team/app:2
            Invoke-Container -Image app:1 | Should -Be world
        }
        finally { Remove-Item $tree -Recurse -Force }
    }

    It 'imports a root file system with what it is to run' {
        $root = New-BusyboxRoot "$folder/root"
        tar -C $root -czf "$folder/root.tar.gz" .
        $image = Import-ContainerImage "$folder/root.tar.gz" -Name base:1, base:latest -Command sh, -c, 'echo $A; pwd' -Environment A=b -WorkingDirectory /tmp -Label @{ k = 'v' } -ExposedPort 80 -Volume /data -StopSignal QUIT -User 1000
        $image.Names | Should -Be base:1, base:latest
        $image.ExposedPorts | Should -Be 80/tcp
        $image.StopSignal | Should -Be QUIT
        $image.Labels['k'] | Should -Be v
        $image.User | Should -Be 1000
        Invoke-Container -Image base:1 | Should -Be b, /tmp
        (Import-ContainerImage $root -Name folder).Name | Should -Be folder:latest
    }

    It 'takes files from the pipeline, and paths relative to where PowerShell stands' {
        Push-Location $folder
        try {
            (Get-ChildItem app.tar | Import-ContainerImage).Name | Should -Be app:1
            (Import-ContainerImage app.tar).Name | Should -Be app:1
            (Import-ContainerImage ap*.tar).Name | Should -Be app:1
            Copy-Item app.tar '[x].tar'
            (Import-ContainerImage '[x].tar').Name | Should -Be app:1
        }
        finally { Pop-Location }
    }

    It 'gives one image another name' {
        (Import-ContainerImage $archive -Name mine:3).Names | Should -Be mine:3
        Assert-Failure { Import-ContainerImage $archive -Name Mine } ImageNameInvalid InvalidArgument
        Assert-Failure { Import-ContainerImage $archive -Name "a@sha256:$('0' * 64)" } ImageNameInvalid InvalidArgument
    }

    It 'warns of an image for another machine, and imports it' {
        $other = New-DockerArchive "$folder/other.tar" other { Set-Content "$($args[0])/x" y } -Architecture s390x
        $image = Import-ContainerImage $other -WarningVariable warned -WarningAction SilentlyContinue
        $image.Platform | Should -Be linux/s390x
        $warned | Should -HaveCount 1
    }

    It 'does nothing with -WhatIf' {
        Invoke-Unseen "Import-ContainerImage '$archive' -WhatIf" | Should -BeNullOrEmpty
        Get-ContainerImage | Should -BeNullOrEmpty
    }

    It 'imports the rest where one can''t be' {
        Set-Content "$folder/none.tar" ('no archive ' * 100)
        $failures = Get-Failure { Import-ContainerImage /no/such, "$folder/none.tar", $archive }
        $failures.FullyQualifiedErrorId -replace ',.*' | Should -Be ArchiveNotFound, ArchiveInvalid
        (Get-ContainerImage).Name | Should -Be app:1
    }

    It 'says so where options are given for what has them' {
        Assert-Failure { Import-ContainerImage $archive -Command sh } ImageHasConfiguration InvalidArgument
        Assert-Failure { Import-ContainerImage $folder -Name x -ExposedPort 99999 } ImageOptionInvalid InvalidArgument
        Get-ContainerImage | Should -BeNullOrEmpty
    }

    It 'leaves nothing of a layer that is not what it should be' {
        $bytes = [IO.File]::ReadAllBytes($archive)
        # In the content of the second layer's file.
        $at = [Text.Encoding]::Latin1.GetString($bytes).IndexOf("world`n")
        $bytes[$at] = [byte][char]'W'
        [IO.File]::WriteAllBytes("$folder/bad.tar", $bytes)
        Assert-Failure { Import-ContainerImage "$folder/bad.tar" } BlobCorrupt InvalidData
        Get-ContainerImage | Should -BeNullOrEmpty
        $null = Clear-ContainerStorage
        Get-Part | Should -BeNullOrEmpty
        (Import-ContainerImage $archive).Name | Should -Be app:1
    }

    It 'is finished by the next one, at whatever point pwsh is killed' {
        $sessions = 0, 20, 50, 100, 200, 400 | ForEach-Object { [pscustomobject]@{ After = $_; Process = Start-Session "Import-ContainerImage '$archive'" } }
        foreach ($session in $sessions) { $session.Process.StandardOutput.ReadLine() | Should -Be ready }
        foreach ($session in $sessions) {
            $session.Process.StandardInput.WriteLine()
            Start-Sleep -Milliseconds $session.After
            sh -c "kill -9 $($session.Process.Id)"
            $session.Process.WaitForExit()
            # Whole, or not there.
            foreach ($image in Get-ContainerImage) { Invoke-Container -Image $image.Name | Should -Be world }
            Get-ContainerImage | Remove-ContainerImage
        }
        (Import-ContainerImage $archive).Name | Should -Be app:1
        Invoke-Container -Image app:1 | Should -Be world
        Get-ContainerImage | Remove-ContainerImage
        $null = Clear-ContainerStorage
        Get-Part | Should -BeNullOrEmpty
        Get-ChildItem "$env:PSCONTAINER_ROOT/layers" | Where-Object Name -ne l | Should -BeNullOrEmpty
    }

    It 'imports one image from several sessions at once' {
        $names = 1..4 | ForEach-Object -ThrottleLimit 4 -Parallel {
            Import-Module $using:module
            $name = "app:$_"
            (Import-ContainerImage $using:archive -Name $name).Names | Where-Object { $_ -eq $name }
        }
        $names | Sort-Object | Should -Be app:1, app:2, app:3, app:4
        (Get-ContainerImage).Names | Sort-Object | Should -Be app:1, app:2, app:3, app:4
    }
}
