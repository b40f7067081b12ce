using PSContainer.Engine.Cgroups.Limits;
using PSContainer.Engine.Containers.Security;
using PSContainer.Engine.Containers.Users;
using PSContainer.Engine.Images;
using PSContainer.Engine.Networks;
using PSContainer.Engine.Networks.Ports;
using PSContainer.Engine.Plan.Build.Root;
using PSContainer.Engine.Text;

namespace PSContainer.Engine.Containers.Wishes;

/// <summary>What somebody wants of a container: immutable, and checked once, by <see cref="Validate"/>.</summary>
public sealed record ContainerSpec
{
    public const int LongestName = 128;

    public string? Name { get; init; }
    /// <summary>The program, a path or a name that is looked up in the container; null for the idle init.</summary>
    public string? Command { get; init; }
    public IReadOnlyList<string> Arguments { get; init; } = [];
    /// <summary>Added to the default environment.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
    /// <summary>null: the image's, else "/".</summary>
    public string? WorkingDirectory { get; init; }
    public string? User { get; init; }
    /// <summary>null: the short id.</summary>
    public string? Hostname { get; init; }
    public ContainerLimit Limit { get; init; } = new();
    public IReadOnlyList<VolumeSpec> Volumes { get; init; } = [];
    /// <summary>Paths in the container that get an empty tmpfs; "path" or docker's "path:size=64m,mode=1777".</summary>
    public IReadOnlyList<string> Tmpfs { get; init; } = [];
    public bool ReadOnly { get; init; }
    /// <summary>What is open in its wall, and what is closed beyond the default.</summary>
    public SecuritySpec Security { get; init; } = new();
    /// <summary>Who its users are outside.</summary>
    public UserNamespaceWish Users { get; init; } = UserNamespaceWish.Host;
    public NetworkWish Network { get; init; } = new();
    /// <summary>Ports of this machine that lead to it.</summary>
    public IReadOnlyList<PortBinding> Ports { get; init; } = [];
    /// <summary>Ports that it is known to listen on; its image's and the caller's.</summary>
    public IReadOnlyList<PortBinding> ExposedPorts { get; init; } = [];
    /// <summary>Every exposed port that is not published gets a free port of this machine.</summary>
    public bool PublishAll { get; init; }
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
    public bool AutoRemove { get; init; }
    /// <summary>The folder that is the root; null for this machine's own, or an image's.</summary>
    public string? RootFs { get; init; }
    /// <summary>The image whose layers are the root, and whose configuration has been applied (<see cref="ImageDefaults"/>).</summary>
    public StoredImage? Image { get; init; }
    /// <summary>In place of the image's own; null leaves that.</summary>
    public IReadOnlyList<string>? Entrypoint { get; init; }
    /// <summary>The idle init, also where the image has a command.</summary>
    public bool Idle { get; init; }
    /// <summary>The signal that asks it to end; null for TERM.</summary>
    public string? StopSignal { get; init; }
    /// <summary>Places in the container that get a folder of the container's own, filled with what the image has there.</summary>
    public IReadOnlyList<string> AnonymousVolumes { get; init; } = [];

    /// <summary>The same wish with its paths made absolute, or an error that leaves nothing.</summary>
    /// <exception cref="EngineException">ContainerNameInvalid, RootFsNotFound, RootFsNotDirectory, EnvironmentInvalid, HostnameInvalid, WorkingDirectoryInvalid, TmpfsInvalid, LabelInvalid, IdmapUnwanted, PortRepeated, and those of <see cref="ContainerLimit"/> and <see cref="NetworkWish"/>.</exception>
    public ContainerSpec Validate()
    {
        if (Name is not null) CheckName(Name);
        foreach ((string name, string value) in Environment)
            if (name.Length == 0 || name.AsSpan().ContainsAny('=', '\0') || value.Contains('\0'))
                throw Invalid("EnvironmentInvalid", $"'{Printable.Of(name)}' can't be the name of an environment variable.", "Use -Environment @{ NAME = 'value' }.");
        if (Command is "" || Arguments.Prepend(Command ?? "").Any(text => text.Contains('\0')))
            throw Invalid("CommandInvalid", "The command is empty or holds a NUL.", "Leave -Command out for an idle container.");
        CheckIdle();
        if (Entrypoint is not null)
            throw Invalid("EntrypointUnwanted", "There is no image whose entrypoint could be replaced.", "Name the program with -Command.");
        if (Image is { Config.DiffIds.Count: > LayerStack.MostLayers } large)
            throw new EngineException("LayersTooMany", Reason.NotSupported, $"The image '{large.Name}' has {large.Config.DiffIds.Count} layers; the kernel takes {LayerStack.MostLayers}.", "Make one of several of its layers.");
        if (Command is null && Arguments.Count > 0)
            throw Invalid("CommandMissing", "There are arguments, but no command.", "Name it with -Command.");
        if (WorkingDirectory is { } start && (!start.StartsWith('/') || start.Contains('\0')))
            throw Invalid("WorkingDirectoryInvalid", $"The working directory '{Printable.Of(start)}' is not absolute.", "Give the path inside the container, from '/'.");
        if (Hostname is { } host && (host.Length is 0 or > 64 || host.AsSpan().ContainsAnyExcept("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.")))
            throw Invalid("HostnameInvalid", $"'{Printable.Of(host)}' can't be a host name.", "Use letters, digits, '-' and '.', at most 64 of them.");
        foreach (string tmpfs in Tmpfs)
            if (!tmpfs.StartsWith('/') || tmpfs.Split(':')[0].Trim('/').Length == 0 || tmpfs.Split(':')[0].Split('/').Contains("..") || tmpfs.Any(char.IsControl))
                throw Invalid("TmpfsInvalid", $"'{Printable.Of(tmpfs)}' is no place for a tmpfs.", "Give an absolute path in the container: /tmp or /tmp:size=64m.");
        foreach ((string name, _) in Labels)
            if (name.Length == 0 || name.Any(char.IsControl)) throw Invalid("LabelInvalid", $"'{Printable.Of(name)}' can't be a label's name.", "Use -Label @{ name = 'value' }.");
        if (Users.IsHost && Volumes.FirstOrDefault(volume => volume.Idmap) is { } mapped)
            throw Invalid("IdmapUnwanted", $"The owners of the volume at '{Printable.Of(mapped.Destination)}' can't be mapped: the container's users are this machine's own.", "Give it users of its own (-UserNamespace Auto), or leave :idmap out.");
        PortWish.CheckDistinct(Ports);
        return this with { Limit = Limit.Validate(), Security = Security.Validate(), Network = Network.Validate(), Ports = AllPorts(), RootFs = RootFs is null ? null : CheckRoot(RootFs) };
    }

    private IReadOnlyList<PortBinding> AllPorts()
    {
        if (!PublishAll) return Ports;
        IEnumerable<PortBinding> others = ExposedPorts.Where(exposed => !Ports.Any(port => port.ContainerPort == exposed.ContainerPort && port.Protocol == exposed.Protocol));
        return [.. Ports, .. others.Distinct()];
    }

    /// <exception cref="EngineException">CommandUnwanted.</exception>
    internal void CheckIdle()
    {
        if (Idle && (Command is not null || Entrypoint is not null || Arguments.Count > 0))
            throw Invalid("CommandUnwanted", "An idle container runs no command.", "Leave out either -Idle or the command.");
    }

    /// <summary>The same wish with its anonymous volumes as folders of the container's own.</summary>
    internal ContainerSpec WithVolumesIn(string containerFolder)
        => this with { Volumes = [.. AnonymousVolumes.Select((path, i) => new VolumeSpec(Roots.AnonymousVolumes.FolderOf(containerFolder, i), path, false) { Idmap = !Users.IsHost }), .. Volumes] };

    /// <summary>Names as docker takes them: safe as a file's name, with nothing that PowerShell or a terminal would read a meaning into.</summary>
    public static void CheckName(string name)
    {
        bool plain = name.Length is > 0 and <= LongestName && char.IsAsciiLetterOrDigit(name[0])
            && !name.AsSpan().ContainsAnyExcept("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-");
        if (!plain)
            throw Invalid("ContainerNameInvalid", $"'{Printable.Of(name.Length > 80 ? name[..80] + "…" : name)}' can't be a container's name.",
                $"Begin with a letter or digit; then letters, digits, '_', '.' and '-', at most {LongestName} in all.");
    }

    private static string CheckRoot(string folder)
    {
        string whole = Path.GetFullPath(folder);
        if (File.Exists(whole))
            throw new EngineException("RootFsNotDirectory", Reason.InvalidInput, $"The root '{Printable.Of(whole)}' is a file.", "Name the folder that a root file system was unpacked to.");
        if (!Directory.Exists(whole))
            throw new EngineException("RootFsNotFound", Reason.NotFound, $"The root '{Printable.Of(whole)}' does not exist.", "Name the folder that a root file system was unpacked to.");
        try
        {
            using IEnumerator<string> entries = Directory.EnumerateFileSystemEntries(whole).GetEnumerator();
            entries.MoveNext();
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new EngineException("RootFsUnreadable", Reason.NoPermission, $"The root '{Printable.Of(whole)}' can't be read.", "Run as root (sudo pwsh), or change its permissions.", denied);
        }
        return whole;
    }

    private static EngineException Invalid(string id, string message, string advice) => new(id, Reason.InvalidInput, message, advice);
}
