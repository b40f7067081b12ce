#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }
# Images of other tools come in, ours go out to them, and they read the store as it is.

BeforeDiscovery {
    . $PSScriptRoot/Setting/All.ps1
    $hasSkopeo = $isRoot -and (Test-Program skopeo)
    $hasUmoci = $isRoot -and (Test-Program umoci)
    $hasPodman = $isRoot -and (Test-Program podman)
    $hasDocker = $isRoot -and (Test-Program docker) -and (Test-Program dockerd)
}

BeforeAll {
    . $PSScriptRoot/Setting/All.ps1
    Enter-Storage parity-images
    $store = "$env:PSCONTAINER_ROOT/images"
    $name = 'docker.io/library/app:1'
    if ($isRoot) { $image = Import-ContainerImage (New-SampleArchive "$folder/app.tar") }
    # Podman wants lower-case paths in some places.
    $podmanFolder = "/var/tmp/pscontainer-podman-$PID"
    function Invoke-Podman { podman --root "$podmanFolder/root" --runroot "$podmanFolder/run" --tmpdir "$podmanFolder/tmp" --storage-driver vfs --log-level error @args 2>$null }
    function Assert-Same($Imported) {
        $Imported.Layers | Should -Be $image.Layers
        $Imported.Command | Should -Be $image.Command
        $Imported.Environment | Should -Be $image.Environment
        Invoke-Container -Image $Imported.Name | Should -Be world
    }
    # In a storage of its own, so that nothing is there already.
    function Use-NewStorage([scriptblock] $Work) {
        $here = $env:PSCONTAINER_ROOT
        $env:PSCONTAINER_ROOT = Join-Path $folder ([guid]::NewGuid())
        try { & $Work }
        finally {
            Get-ContainerImage | Remove-ContainerImage
            Remove-Item -Recurse -Force $env:PSCONTAINER_ROOT
            $env:PSCONTAINER_ROOT = $here
        }
    }
}

AfterAll {
    Get-ContainerImage | Remove-ContainerImage
    $null = Clear-ContainerStorage
    Exit-Storage
}

Describe 'skopeo' -Tag Root -Skip:(-not $hasSkopeo) {
    It 'inspects and copies an image from the store' {
        $seen = skopeo inspect "oci:${store}:$name" | ConvertFrom-Json
        $seen.Digest | Should -Be $image.Digest
        $seen.Layers | Should -HaveCount 2
        skopeo copy -q "oci:${store}:$name" "dir:$folder/copy"
        $LASTEXITCODE | Should -Be 0
    }

    It 'makes <_> that comes in' -ForEach 'oci-archive', 'docker-archive', 'oci' {
        skopeo copy -q "oci:${store}:$name" "${_}:$folder/skopeo-${_}:app:1"
        $LASTEXITCODE | Should -Be 0
        $path = "$folder/skopeo-$_"
        Use-NewStorage { Assert-Same (Import-ContainerImage $path) }
    }

    It 'reads an archive and a layout of ours' {
        Export-ContainerImage app:1 -Path "$folder/ours.tar"
        (skopeo inspect "oci-archive:$folder/ours.tar:$name" | ConvertFrom-Json).Digest | Should -Be $image.Digest
        (skopeo inspect "docker-archive:$folder/ours.tar:$name" | ConvertFrom-Json).Env | Should -Be A=b
        Export-ContainerImage app:1 -Path "$folder/ours/"
        (skopeo inspect "oci:$folder/ours:$name" | ConvertFrom-Json).Digest | Should -Be $image.Digest
    }

    It 'puts an image into the store itself, and an import unpacks it' {
        skopeo copy -q "oci:${store}:$name" "oci:${store}:docker.io/library/copied:1"
        $LASTEXITCODE | Should -Be 0
        (Get-ContainerImage copied:1).Id | Should -Be $image.Id
        (Get-ContainerImage app:1).Names | Should -Contain copied:1
        Remove-ContainerImage copied:1
    }
}

Describe 'umoci' -Tag Root -Skip:(-not $hasUmoci) {
    It 'lists and unpacks what is in the store' {
        umoci ls --layout $store | Should -Contain $name
        umoci unpack --image "${store}:$name" "$folder/umoci" *>$null
        $LASTEXITCODE | Should -Be 0
        Get-Content "$folder/umoci/rootfs/hello" | Should -Be world
    }

    It 'makes an image that comes in' {
        $tree = New-BusyboxRoot "$folder/tree"
        umoci init --layout "$folder/layout" *>$null
        umoci new --image "$folder/layout:latest" *>$null
        umoci insert --image "$folder/layout:latest" $tree / *>$null
        umoci config --image "$folder/layout:latest" --config.cmd echo --config.cmd umoci *>$null
        (Import-ContainerImage "$folder/layout" -Name made:1).Name | Should -Be made:1
        Invoke-Container -Image made:1 | Should -Be umoci
    }
}

Describe 'podman' -Tag Root -Skip:(-not $hasPodman) {
    AfterAll {
        Invoke-Podman rmi -af *>$null
        rm -rf --one-file-system -- $podmanFolder
    }

    It 'loads an archive of ours as <_>' -ForEach Oci, Docker {
        Export-ContainerImage app:1 -Path "$folder/ours.tar" -Format $_
        $null = Invoke-Podman load -q -i "$folder/ours.tar"
        Invoke-Podman image inspect --format '{{.Id}}' $name | Should -Be ($image.Id -replace '^sha256:')
    }

    It 'saves as <_> what comes in' -ForEach 'docker-archive', 'oci-archive' {
        Invoke-Podman save -q --format $_ -o "$folder/podman-$_.tar" $name
        $path = "$folder/podman-$_.tar"
        Use-NewStorage { Assert-Same (Import-ContainerImage $path) }
    }

    It 'pulls from a layout of ours' {
        $layout = "$podmanFolder/layout"
        Export-ContainerImage app:1 -Path "$layout/"
        Invoke-Podman pull -q "oci:${layout}:$name" | Should -Be ($image.Id -replace '^sha256:')
    }
}

Describe 'docker' -Tag Root, Docker -Skip:(-not $hasDocker) {
    BeforeAll {
        $dockerFolder = "/var/tmp/pscontainer-docker-$PID"
        $daemon = Start-Docker $dockerFolder
        function Invoke-Docker { docker -H "unix://$dockerFolder/sock" @args 2>$null }
    }
    AfterAll { Stop-Docker $daemon $dockerFolder }

    It 'loads an archive of ours as <_>' -ForEach Oci, Docker {
        if (-not $daemon) { Set-ItResult -Skipped -Because 'no docker daemon comes up here'; return }
        Export-ContainerImage app:1 -Path "$folder/ours.tar" -Format $_
        Invoke-Docker load -q -i "$folder/ours.tar" | Should -Be 'Loaded image: app:1'
        Invoke-Docker image inspect --format '{{.Id}}' app:1 | Should -Be $image.Id
        $null = Invoke-Docker rmi -f app:1
    }

    It 'saves and exports what it has built, and both come in' {
        if (-not $daemon) { Set-ItResult -Skipped -Because 'no docker daemon comes up here'; return }
        $context = New-Item -ItemType Directory "$folder/context"
        $null = New-BusyboxRoot "$context/root"
        Set-Content "$context/Dockerfile" 'FROM scratch', 'COPY root/ /', 'ENV A=b', 'RUN echo built > /hello && rm /etc/group', 'CMD ["cat", "/hello"]'
        $env:DOCKER_BUILDKIT = 0
        $null = Invoke-Docker build -q --network none -t built:1 -t other/built:2 $context
        $isBuilt = $LASTEXITCODE -eq 0
        Remove-Item env:DOCKER_BUILDKIT
        if (-not $isBuilt) { Set-ItResult -Skipped -Because 'docker can''t build here'; return }
        Invoke-Docker save -o "$folder/built.tar" built:1 other/built:2
        $built = Import-ContainerImage "$folder/built.tar"
        $built.Id | Should -Be (Invoke-Docker image inspect --format '{{.Id}}' built:1)
        $built.Names | Should -Be built:1, other/built:2
        Invoke-Container -Image built:1 | Should -Be built
        Invoke-Container -Image built:1 -Command ls -ArgumentList /etc | Should -Not -Contain group
        $history = Invoke-Docker history --no-trunc --format '{{.CreatedBy}}' built:1
        (Get-ContainerImageHistory built:1).CreatedBy.Trim() | Should -Be $history.Trim()

        $id = Invoke-Docker create built:1
        Invoke-Docker export -o "$folder/exported.tar" $id
        $null = Import-ContainerImage "$folder/exported.tar" -Name exported -Command cat, /hello
        Invoke-Container -Image exported | Should -Be built
    }
}
