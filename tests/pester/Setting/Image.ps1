# Images made by hand: a folder a layer, put into the store as an import would.

# -Layer: script blocks, the lowest layer first; each fills the folder that it is given. -Config: the members of the image's "config".
function New-TestImage([string] $Name, [scriptblock[]] $Layer, [hashtable] $Config = @{}) {
    $root = [PSContainer.Engine.State.StorageRoot]::FromEnvironment()
    $store = [PSContainer.Engine.Images.ImageStore]::new($root)
    $layers = foreach ($fill in $Layer) {
        $content = [IO.Directory]::CreateTempSubdirectory('pscontainer-layer-').FullName
        chmod 755 $content
        $null = & $fill $content
        tar -C $content --sort=name --xattrs '--xattrs-include=*' -cf "$content.tar" .
        $bytes = [IO.File]::ReadAllBytes("$content.tar")
        $diffId = [PSContainer.Engine.Blobs.Digest]::Of($bytes)
        $folder = $store.Layers.FolderOf($diffId)
        if (Test-Path $folder) { Remove-Item -Recurse -Force $content }
        else {
            $null = New-Item -ItemType Directory -Force (Split-Path $folder)
            mv $content $folder
        }
        Remove-Item "$content.tar"
        [pscustomobject]@{ DiffId = "$diffId"; Blob = $store.Blobs.Add([PSContainer.Engine.Blobs.MediaType]::Layer, $bytes) }
    }
    $json = @{ os = 'linux'; architecture = 'amd64'; config = $Config; rootfs = @{ type = 'layers'; diff_ids = @($layers.DiffId) }; history = @() } | ConvertTo-Json -Depth 9
    $parsed = [PSContainer.Engine.Images.Config.ImageConfig]::Parse([Text.Encoding]::UTF8.GetBytes($json))
    $store.Add($parsed, [PSContainer.Engine.Blobs.Descriptor[]]@($layers.Blob), [PSContainer.Engine.Images.ImageReference[]]@([PSContainer.Engine.Images.ImageReference]::Parse($Name)))
}

# Busybox in one layer; what a test wants of its own goes into layers above.
function New-BusyboxImage([string] $Name, [scriptblock[]] $Above = @(), [hashtable] $Config = @{}) {
    New-TestImage $Name (@({ New-BusyboxRoot $args[0] }) + $Above) $Config
}
