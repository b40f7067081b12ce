using System.Management.Automation;
using PSContainer.Cmdlets.Base;
using PSContainer.Cmdlets.Binding;
using PSContainer.Engine;
using PSContainer.Engine.Containers;
using PSContainer.Engine.Roots;

namespace PSContainer.Cmdlets.Containers;

/// <summary>Copy-ContainerItem: files and folders into containers, out of them, and between them; docker cp.</summary>
[Cmdlet(VerbsCommon.Copy, "ContainerItem", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class CopyContainerItemCommand : ContainerCmdlet
{
    private readonly CancellationTokenSource _stopped = new();

    /// <summary>What to copy: 'os1:/etc/hosts' in a container, ./file here; ':/etc/hosts' in the one from -Container.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ArgumentCompleter(typeof(ContainerPathCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Path { get; set; } = [];

    /// <summary>Where to, written in the same way.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ArgumentCompleter(typeof(ContainerPathCompleter))]
    [ValidateNotNullOrEmpty]
    public string Destination { get; set; } = "";

    /// <summary>The container that paths with nothing before the colon are in.</summary>
    [Parameter(ValueFromPipeline = true)]
    [Alias("Name", "Id", "ContainerId")]
    [ArgumentCompleter(typeof(ContainerNameCompleter))]
    [ValidateNotNullOrEmpty]
    public object[]? Container { get; set; }

    /// <summary>Keep user, group, extended attributes and devices.</summary>
    [Parameter]
    public SwitchParameter Archive { get; set; }

    /// <summary>Copy what a link points to, where -Path ends in one.</summary>
    [Parameter]
    public SwitchParameter FollowLink { get; set; }

    protected override void StopProcessing() => _stopped.Cancel();

    protected override void ProcessRecord()
    {
        foreach (object? wanted in Container ?? (object?[])[null])
        {
            Container?[] found = [null];
            if (wanted is not null && !Try(wanted, () => found = [.. Resolve(wanted)])) continue;
            foreach (Container? container in found)
                foreach (string path in Path)
                    Try(path, () => { foreach (string one in Expand(path)) Copy(one, Destination, container); });
        }
    }

    private void Copy(string from, string to, Container? piped)
    {
        (Container? source, string sourcePath) = Place(from, piped);
        (Container? target, string targetPath) = Place(to, piped);
        if (source is null && target is null)
            throw new EngineException("CopyWithoutContainer", Reason.InvalidInput, "Neither path is a container's.", "Write a container's path as NAME:/path; Copy-Item copies on this machine.");
        string shownSource = Shown(source, sourcePath), shownTarget = Shown(target, targetPath);
        if (!ShouldProcess(shownTarget, $"Copy {shownSource}")) return;
        using RootView sourceRoot = Open(source, writes: false), targetRoot = Open(target, writes: true);
        var manner = new CopyManner
        {
            Owner = Archive ? null : (0, 0), MakesDevices = Archive, DropsPrivilege = target is null && !Archive,
            From = sourceRoot.Users, To = targetRoot.Users,
            Skipped = (name, why) => WriteWarning($"{name} in {shownSource} is not copied: {why}."),
        };
        ItemCopy.Run(new CopySide(sourceRoot.Descriptor, sourcePath, shownSource), new CopySide(targetRoot.Descriptor, targetPath, shownTarget), FollowLink, manner, _stopped.Token);
    }

    private RootView Open(Container? container, bool writes) => container is null ? RootView.OfThisMachine() : Engine.OpenRoot(container, writes);

    private static string Shown(Container? container, string path) => container is null ? path : $"{container.Name}:{path}";

    /// <summary>Whose path it is, null for this machine's; and the path, absolute.</summary>
    private (Container?, string) Place(string text, Container? piped)
    {
        int colon = text.IndexOf(':');
        string name = colon < 0 ? "" : text[..colon];
        if (colon < 0 || name.AsSpan().ContainsAny('/', '\\', '~') || IsDrive(name)) return (null, Localise(text));
        Container container = name.Length > 0 ? Engine.Get(name)
            : piped ?? throw new EngineException("ContainerMissing", Reason.InvalidInput, $"'{text}' is in no container.", "Name it before the colon, or pipe it.");
        string path = text[(colon + 1)..];
        if (path.Contains('\0')) throw new EngineException("CopyPathUnsafe", Reason.InvalidInput, "A path can't hold a NUL.", "Check the path.");
        return (container, path.StartsWith('/') ? path : "/" + path);
    }

    // "Temp:/x" is a place on this machine, unless a container is called so.
    private bool IsDrive(string name)
        => name.Length > 0 && Engine.Store.IdOfName(name) is null && SessionState.Drive.GetAll().Any(drive => drive.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    // PowerShell takes away what the end of a path means: "x/." is what is in x, and "x/" has to be a folder.
    private string Localise(string text)
    {
        string whole = GetUnresolvedProviderPathFromPSPath(text).TrimEnd('/');
        bool contents = text.EndsWith("/.", StringComparison.Ordinal) || text is ".", folder = text.EndsWith('/');
        return whole + (contents ? "/." : folder || whole.Length == 0 ? "/" : "");
    }

    private IEnumerable<string> Expand(string text)
    {
        bool isPattern = WildcardPattern.ContainsWildcardCharacters(text) && text.IndexOf(':') < 0 && !System.IO.Path.Exists(GetUnresolvedProviderPathFromPSPath(text));
        if (!isPattern) return [text];
        try
        {
            return [.. GetResolvedProviderPathFromPSPath(text, out _)];
        }
        catch (ItemNotFoundException)
        {
            return [];
        }
    }
}
