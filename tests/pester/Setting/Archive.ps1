# Image archives made by hand, as docker has written them for years: a configuration, a plain archive a layer, and manifest.json.

# -Layer: script blocks, the lowest layer first; each fills the folder that it is given.
function New-DockerArchive([string] $Path, [string[]] $Name, [scriptblock[]] $Layer, [hashtable] $Config = @{ Cmd = @('sh') }, [string] $Architecture = 'amd64', [object[]] $History = @()) {
    $content = [IO.Directory]::CreateTempSubdirectory('pscontainer-archive-').FullName
    try {
        $number = 0
        $files = @(foreach ($fill in $Layer) {
            $tree = New-Item -ItemType Directory "$content/tree"
            $null = & $fill $tree.FullName
            $file = "layer$((++$number)).tar"
            tar -C $tree --sort=name --mtime=@0 -cf "$content/$file" .
            Remove-Item -Recurse -Force $tree
            $file
        })
        $diffIds = @($files | ForEach-Object { 'sha256:' + (Get-FileHash "$content/$_").Hash.ToLowerInvariant() })
        @{ os = 'linux'; architecture = $Architecture; created = '2024-05-01T10:20:30Z'; config = $Config; rootfs = @{ type = 'layers'; diff_ids = $diffIds }; history = $History } |
            ConvertTo-Json -Depth 9 | Set-Content "$content/config.json"
        ConvertTo-Json -Depth 9 -AsArray @{ Config = 'config.json'; RepoTags = @($Name); Layers = @($files) } | Set-Content "$content/manifest.json"
        tar -C $content -cf $Path config.json @files manifest.json
    }
    finally { Remove-Item -Recurse -Force $content }
    $Path
}

# Two names of one image of two layers; the root is busybox.
function New-SampleArchive([string] $Path, [string[]] $Name = @('app:1', 'localhost:5000/team/app:2')) {
    New-DockerArchive $Path $Name { New-BusyboxRoot $args[0] }, { Set-Content "$($args[0])/hello" world } -Config @{ Cmd = @('cat', '/hello'); Env = @('A=b'); Labels = @{ k = 'v' } } -History @(
        @{ created = '2024-05-01T10:20:28Z'; created_by = '/bin/sh -c #(nop) COPY dir:1 in / ' }
        @{ created = '2024-05-01T10:20:29Z'; created_by = 'ENV A=b'; empty_layer = $true; comment = 'buildkit' }
        @{ created = '2024-05-01T10:20:30Z'; created_by = 'RUN echo world > /hello' })
}
