using PSContainer.Engine.Archives.Compression;

namespace PSContainer.Engine.Blobs;

/// <summary>What a blob is (image-spec media-types.md), with docker's names for the same.</summary>
public static class MediaType
{
    public const string Index = "application/vnd.oci.image.index.v1+json";
    public const string Manifest = "application/vnd.oci.image.manifest.v1+json";
    public const string Config = "application/vnd.oci.image.config.v1+json";
    public const string Layer = "application/vnd.oci.image.layer.v1.tar";
    public const string LayerGzip = Layer + "+gzip";
    public const string LayerZstd = Layer + "+zstd";

    public const string DockerIndex = "application/vnd.docker.distribution.manifest.list.v2+json";
    public const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
    public const string DockerConfig = "application/vnd.docker.container.image.v1+json";
    public const string DockerLayer = "application/vnd.docker.image.rootfs.diff.tar";
    public const string DockerLayerGzip = DockerLayer + ".gzip";

    /// <summary>What a layer is that is compressed like this.</summary>
    public static string OfLayer(LayerCompression compression) => compression switch
    {
        LayerCompression.Gzip => LayerGzip,
        LayerCompression.Zstd => LayerZstd,
        _ => Layer,
    };

    public static bool IsIndex(string type) => type is Index or DockerIndex;

    public static bool IsManifest(string type) => type is Manifest or DockerManifest;

    public static bool IsConfig(string type) => type is Config or DockerConfig;

    /// <summary>A layer that can be unpacked. Foreign layers (non-distributable, fetched from their own urls) are none.</summary>
    public static bool IsLayer(string type) => type is Layer or LayerGzip or LayerZstd or DockerLayer or DockerLayerGzip;
}
