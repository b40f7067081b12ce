using PSContainer.Engine.Images.Config;
using PSContainer.Engine.Text;

namespace PSContainer.Engine.Images;

/// <summary>
/// An image as PowerShell shows it: what was so when it was asked for. Sizes and users are looked up when they are read.
/// </summary>
public sealed class ContainerImage
{
    private readonly Lazy<IImageUse> _use;

    /// <param name="image">What is in the store.</param>
    /// <param name="use">One for all the images that are shown together.</param>
    public ContainerImage(StoredImage image, Lazy<IImageUse> use) => (Stored, _use) = (image, use);

    /// <summary>Its first name, else its short id.</summary>
    public string Name => Stored.Name;

    /// <summary>All of them; none where another image has taken over its last one.</summary>
    public Listing<string> Names => [.. Stored.Names.Select(name => name.ShortName)];

    /// <summary>The configuration's digest, "sha256:…": the same as docker's and podman's.</summary>
    public string Id => Stored.Id.ToString();
    public string ShortId => Stored.Id.Short;

    /// <summary>The manifest's, as a registry has it: "sha256:…".</summary>
    public string Digest => Stored.Descriptor.Digest.ToString();

    /// <summary>Bytes on disk: the layers as they came and unpacked, the configuration, the manifest.</summary>
    public long Size => _use.Value.Size(Stored);

    /// <summary>How much of that other images have as well.</summary>
    public long SharedSize => _use.Value.SharedSize(Stored);

    /// <summary>How much of that no other image has.</summary>
    public long UniqueSize => Size - SharedSize;

    /// <summary>null where it does not say.</summary>
    public DateTimeOffset? Created => Stored.Config.Created is { Year: > 1 } created ? created : null;

    /// <summary>"linux/amd64".</summary>
    public string Platform => Stored.Config.Platform.ToString();
    public string? Author => Stored.Config.Author;
    public Pairs Labels => new(Stored.Config.Labels);

    /// <summary>"NAME=value".</summary>
    public Listing<string> Environment => [.. Stored.Config.Env];
    public Listing<string> Entrypoint => [.. Stored.Config.Entrypoint];
    public Listing<string> Command => [.. Stored.Config.Cmd];
    public string? User => Stored.Config.User;
    public string? WorkingDirectory => Stored.Config.WorkingDir;

    /// <summary>"8080/tcp".</summary>
    public Listing<string> ExposedPorts => [.. Stored.Config.ExposedPorts];
    public Listing<string> Volumes => [.. Stored.Config.Volumes];
    public string? StopSignal => Stored.Config.StopSignal;
    public Healthcheck? Healthcheck => Stored.Config.Healthcheck;

    /// <summary>What the layers unpack to, the lowest first: "sha256:…".</summary>
    public Listing<string> Layers => [.. Stored.Config.DiffIds.Select(layer => layer.ToString())];

    /// <summary>The names of the containers that were made from it.</summary>
    public Listing<string> Containers => [.. _use.Value.ContainerNames(Stored)];

    public override string ToString() => Name;

    internal StoredImage Stored { get; }
}
