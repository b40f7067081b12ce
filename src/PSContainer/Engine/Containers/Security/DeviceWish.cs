using System.IO.Enumeration;
using System.Text.RegularExpressions;
using PSContainer.Engine.Spec;
using PSContainer.Engine.Text;
using PSContainer.Kernel;

namespace PSContainer.Engine.Containers.Security;

/// <summary>Devices of this machine that a container gets, with what it may do to them.</summary>
public static partial class DeviceWish
{
    private const string Root = "/dev/";

    // Each container has its own, or they are no devices (moby, oci/devices_linux.go).
    private static readonly string[] NotShared = ["pts", "shm", "mqueue", "fd", "console"];

    /// <summary>The nodes and the rules of one wish: "/dev/fuse", "/dev/ttyS*", "/dev/sda:/dev/disk:r".</summary>
    /// <exception cref="EngineException">DeviceInvalid, DeviceNotFound.</exception>
    public static IEnumerable<(DeviceSpec Node, DeviceRuleSpec Rule)> Resolve(string wish)
    {
        string[] parts = wish.Split(':');
        string host = parts[0], access = "rwm", inside = host;
        if (parts.Length == 2 && parts[1].StartsWith('/')) inside = parts[1];
        else if (parts.Length == 2) (inside, access) = (host, parts[1]);
        else if (parts.Length == 3) (inside, access) = (parts[1], parts[2]);
        if (parts.Length > 3 || !IsBelowDev(host) || !IsBelowDev(inside)) throw Invalid(wish, "it is no path below /dev");
        if (access.Length is 0 or > 3 || access.AsSpan().ContainsAnyExcept("rwm") || access.Distinct().Count() != access.Length) throw Invalid(wish, $"'{access}' is no access; use letters of rwm");
        if (host.AsSpan().IndexOfAny('*', '?') < 0) return [Read(wish, host, inside, access)];
        if (inside != host) throw Invalid(wish, "several devices can't have one name");
        (DeviceSpec, DeviceRuleSpec)[] found = [.. Matching(host).Select(path => Read(wish, path, path, access))];
        return found.Length > 0 ? found : throw NotFound(host);
    }

    /// <summary>Every device of this machine, for a privileged container.</summary>
    public static IEnumerable<DeviceSpec> All()
    {
        foreach (string path in new FileSystemEnumerable<string>(Root, static (ref entry) => entry.ToSpecifiedFullPath(), new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
        {
            ShouldRecursePredicate = static (ref entry) => !entry.FileName.StartsWith('.') && !IsOwn(ref entry),
            ShouldIncludePredicate = static (ref entry) => !entry.IsDirectory && !IsOwn(ref entry),
        })
        {
            // What has gone since, and links, which are no devices themselves.
            if (FileStatus.TryOf(Files.AtFdcwd, path) is { Kind: FileKind.CharacterDevice or FileKind.BlockDevice } status) yield return Node(path, status);
        }
    }

    /// <summary>"c 1:3 rwm", "b *:* m", "a *:* rwm".</summary>
    /// <exception cref="EngineException">DeviceRuleInvalid.</exception>
    public static DeviceRuleSpec ParseRule(string rule)
    {
        Match match = Rule().Match(rule);
        if (!match.Success) throw new EngineException("DeviceRuleInvalid", Reason.InvalidInput, $"'{Printable.Of(rule)}' is no rule about devices.", "Use 'c 1:3 rwm': c, b or a; major:minor, '*' for any; letters of rwm.");
        return new DeviceRuleSpec(true, match.Groups[1].Value[0], Number(match.Groups[2].Value), Number(match.Groups[3].Value), match.Groups[4].Value);
    }

    private static long? Number(string text) => text == "*" ? null : long.Parse(text);

    private static (DeviceSpec, DeviceRuleSpec) Read(string wish, string host, string inside, string access)
    {
        string path = host;
        // A link below /dev is a name for a device (/dev/disk/by-id); one that leads elsewhere is a stranger's.
        if (FileStatus.TryOf(Files.AtFdcwd, path) is { Kind: FileKind.Link })
            path = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName is { } target && IsBelowDev(target) ? target : throw Invalid(wish, "it is a link that leads out of /dev, or nowhere");
        FileStatus status = FileStatus.TryOf(Files.AtFdcwd, path) ?? throw NotFound(host);
        if (status.Kind is not (FileKind.CharacterDevice or FileKind.BlockDevice)) throw Invalid(wish, status.Kind == FileKind.Directory ? "it is a folder" : "it is no device");
        DeviceSpec node = Node(inside, status);
        return (node, new DeviceRuleSpec(true, node.Type, node.Major, node.Minor, access));
    }

    private static DeviceSpec Node(string path, FileStatus status)
        => new(path, status.Kind == FileKind.BlockDevice ? 'b' : 'c', status.Special.Major, status.Special.Minor, status.Permissions & 0x1FF, status.Uid, status.Gid);

    private static IEnumerable<string> Matching(string pattern)
    {
        string folder = Path.GetDirectoryName(pattern)!;
        if (folder.AsSpan().IndexOfAny('*', '?') >= 0 || !Directory.Exists(folder)) return [];
        return Directory.EnumerateFileSystemEntries(folder).Where(path => FileSystemName.MatchesSimpleExpression(Path.GetFileName(pattern), Path.GetFileName(path), ignoreCase: false))
            .Where(path => FileStatus.TryOf(Files.AtFdcwd, path) is { Kind: FileKind.CharacterDevice or FileKind.BlockDevice }).Order(StringComparer.Ordinal);
    }

    private static bool IsOwn(ref FileSystemEntry entry)
    {
        if (entry.Directory.TrimEnd('/').Length != Root.Length - 1) return false;
        foreach (string name in NotShared)
            if (entry.FileName.SequenceEqual(name)) return true;
        return false;
    }

    private static bool IsBelowDev(string path)
        => path.StartsWith(Root, StringComparison.Ordinal) && path.Length > Root.Length && !path.Split('/').Contains("..") && !path.Any(char.IsControl) && !path.EndsWith('/');

    private static EngineException NotFound(string path) => new("DeviceNotFound", Reason.NotFound, $"There is no device '{Printable.Of(path)}' on this machine.", "Check the name; ls -l /dev shows what there is.");

    private static EngineException Invalid(string wish, string why) => new("DeviceInvalid", Reason.InvalidInput, $"The device '{Printable.Of(wish)}' can't be given: {why}.", "Use /dev/NAME, /dev/NAME:ACCESS, or /dev/NAME:/dev/OTHER:ACCESS.");

    [GeneratedRegex(@"\A([abc]) (\d{1,7}|\*):(\d{1,7}|\*) ([rwm]{1,3})\z")]
    private static partial Regex Rule();
}
