using PSContainer.Engine.Isolation.Sides;
using PSContainer.Engine.Namespaces;

namespace PSContainer.Engine.Isolation.Facts;

/// <summary>What "ls /" and mount(8) show on either side: what the root is, what it is made of, and whether it can be written.</summary>
internal static class RootFacts
{
    private const NamespaceType Mnt = NamespaceType.Mnt;

    public static void Add(Comparison pair, List<IsolationFact> facts)
    {
        Side host = pair.Host, container = pair.Container;
        bool? isParted = IsParted(host.Root, container.Root) ?? pair.IsParted(Mnt);
        string reason = (isParted, pair.IsParted(Mnt)) switch
        {
            (true, false) => $"Its root is another folder, but it has no mount namespace of its own: chroot(2) is no wall for whoever is root.",
            (true, _) => "Its root is another folder, in a mount namespace of its own.",
            (false, true) => $"It has mounts of its own, and the root of {pair.Other}.",
            (false, _) => $"It sees the files of {pair.Other}.",
            _ => Comparison.Unseen(Mnt),
        };
        string entries = container.Root is { Entries: null } ? $" Its file system, {container.Mounts?.Root?.FileSystem ?? "of an unknown kind"}, is not asked: whoever serves it could keep one waiting." : "";
        Fact(IsolationAspect.RootFileSystem, What(host), What(container), reason);
        Fact(IsolationAspect.RootEntries, Entries(host.Root), Entries(container.Root), reason + entries);
        Fact(IsolationAspect.RootLayers, Layers(host), Layers(container), Stacked(container));
        Fact(IsolationAspect.RootWritable, Writable(host), Writable(container), Written(pair, isParted));
        facts.Add(pair.Decided(IsolationAspect.Mounts, Mnt, Count(host), Count(container),
            container.Mounts is { Followers: > 0 and var followers } ? $"{followers} of its mounts share or follow what is mounted elsewhere (mount_namespaces(7)); of the others nothing passes." : "No mount passes in or out any more.",
            $"Its mounts are those of {pair.Other}."));

        void Fact(IsolationAspect aspect, string? left, string? right, string why) => facts.Add(pair.Fact(aspect, Mnt, left, right, isParted, why));
    }

    private static bool? IsParted(RootSight? host, RootSight? container)
        => host is null || container is null || host.Identity == default || container.Identity == default ? null : host.Identity != container.Identity;

    private static string? What(Side side)
    {
        if (side.Mounts is not { } mounts) return null;
        string what = mounts.Root is { } root ? (root.FileSystem == "overlay" ? "overlay" : $"{root.FileSystem} {root.Source}") : $"folder {side.Root?.Path ?? "?"}";
        return side.Image is { } image ? $"{what} of {image}" : what;
    }

    private static string? Entries(RootSight? root) => root?.Entries is { } entries ? $"{entries.Count}: {string.Join(' ', entries)}" : null;

    private static string? Layers(Side side) => side.Mounts is not { } mounts ? null : mounts.Root is { FileSystem: "overlay" } root ? $"{MountSight.LayersIn(root.FileSystemOptions)}" : "none";

    private static string Stacked(Side side) => side.Mounts?.Root switch
    {
        { FileSystem: "overlay" } root when root.FileSystemOptions.Contains("upperdir=", StringComparison.Ordinal) => "Layers that are only read lie below one that takes what is written (overlayfs).",
        { FileSystem: "overlay" } => "Layers that are only read, and none above that could be written (overlayfs).",
        null when side.Mounts is null => Comparison.Unseen(Mnt),
        _ => "It is one file system, and no stack of layers.",
    };

    private static string? Writable(Side side) => side.Mounts?.Root is { } root ? (root.IsReadOnly ? "no" : "yes") : null;

    private static string Written(Comparison pair, bool? isParted) => pair.Container.Mounts?.Root switch
    {
        null => "Its root is no mount, so it is as writable as the file system below.",
        { IsReadOnly: true } => "It is mounted read-only.",
        { FileSystem: "overlay" } => "What it writes goes to its upper layer; the layers below stay as they are.",
        _ => isParted == false ? $"What it writes is written for {pair.Other}." : "What it writes goes to its root's file system.",
    };

    private static string? Count(Side side) => side.Mounts is { } mounts ? $"{mounts.Count}" : null;
}
