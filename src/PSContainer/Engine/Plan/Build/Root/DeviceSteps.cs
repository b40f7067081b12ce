using PSContainer.Engine.Spec;
using PSContainer.Kernel;

namespace PSContainer.Engine.Plan.Build.Root;

/// <summary>A minimal /dev: the six nodes that every program expects, the links beside them, and what config.json adds.</summary>
internal sealed class DeviceSteps(PlanDraft draft, MountCalls mounts, InRoot inRoot, UserSteps users)
{
    private const uint CharacterDevice = 0x2000, BlockDevice = 0x6000, Fifo = 0x1000;

    private static readonly DeviceSpec[] Always =
    [
        new("/dev/null", 'c', 1, 3, 0x1B6, 0, 0), new("/dev/zero", 'c', 1, 5, 0x1B6, 0, 0),
        new("/dev/full", 'c', 1, 7, 0x1B6, 0, 0), new("/dev/random", 'c', 1, 8, 0x1B6, 0, 0),
        new("/dev/urandom", 'c', 1, 9, 0x1B6, 0, 0), new("/dev/tty", 'c', 5, 0, 0x1B6, 0, 5),
    ];

    private static readonly (string Name, string Target)[] Links =
    [
        ("fd", "/proc/self/fd"), ("stdin", "/proc/self/fd/0"), ("stdout", "/proc/self/fd/1"), ("stderr", "/proc/self/fd/2"),
        ("ptmx", "pts/ptmx"),
    ];

    /// <param name="spec">The configuration.</param>
    /// <param name="place">Where nodes are made: the root, or a file system for its /dev.</param>
    /// <param name="isDev">It is the latter.</param>
    public void Add(RuntimeSpec spec, Slot place, bool isDev)
    {
        MountSpec? dev = spec.Mounts.LastOrDefault(m => string.Join('/', InRoot.Components(m.Destination)) == "dev");
        // The host's own /dev brings its nodes along; a link or a file there must not be touched.
        if (dev is not null && (dev.Type == "bind" || MountOptions.Parse(dev.Options).Bind)) return;

        Slot folder = inRoot.MakeDirectory("/dev", "the device nodes' folder", realDirectory: true);
        // No user namespace may make a node that opens.
        draft.Outside(() =>
        {
            InRoot nodes = users.IsApart ? new InRoot(draft, place) : inRoot;
            Slot dev = isDev ? place : users.IsApart ? nodes.MakeDirectory("/dev", "the device nodes' folder", realDirectory: true) : folder;
            foreach (DeviceSpec device in Always.Concat(spec.Linux.Devices).DistinctBy(d => d.Path)) AddNode(nodes, dev, device, isDev ? "/" : "/dev/");
            // Behind the nodes: in a mount that is mapped the host's root can make none.
            if (isDev && !users.AreKnown) mounts.Map(place, users.Namespace!.Value, recursive: false, NamespaceSteps.ToJoin, users.Path);
        });
        foreach ((string name, string target) in Links)
            draft.Add(Call.Symlinkat, "programs expect it", [target, folder, name], tolerate: [Errno.EEXIST, Errno.EROFS]);
    }

    private void AddNode(InRoot nodes, Slot dev, DeviceSpec device, string above)
    {
        string[] names = [.. InRoot.Components(device.Path)];
        if (names is not ["dev", .., _])
            throw new EngineException("DeviceInvalid", Reason.InvalidInput, $"The device '{device.Path}' is not below /dev.");
        Slot folder = names.Length == 2 ? dev : nodes.MakeDirectory(above + string.Join('/', names[1..^1]), "the device's folder");
        if (names.Length > 2 && above == "/" && users.AreKnown)
            draft.Add(Call.Fchownat, "its folder is the container's root's", [folder, "", users.OutsideUid(0), users.OutsideGid(0), PlanDraft.Flags(Files.AtEmptyPath, "AT_EMPTY_PATH")], subject: device.Path);
        uint type = device.Type switch { 'b' => BlockDevice, 'p' => Fifo, _ => CharacterDevice };
        // makedev(3): 12 bits of major above 8 bits of minor, the rest of minor above both.
        ulong number = (device.Minor & 0xFF) | ((ulong)device.Major << 8) | ((ulong)(device.Minor & ~0xFFu) << 12);
        draft.Add(Call.Mknodat, $"{device.Type} {device.Major}:{device.Minor}",
            [folder, names[^1], PlanDraft.Flags(type | device.Mode, $"S_IF{(type == BlockDevice ? "BLK" : type == Fifo ? "IFO" : "CHR")}|0{Convert.ToString(device.Mode, 8)}"), (long)number],
            // On a read-only root, or one that has its own node, that one is used; the device rules hold all the same.
            tolerate: [Errno.EEXIST, Errno.EROFS], subject: device.Path);
        (uint uid, uint gid) = users.AreKnown ? (users.OutsideUid(device.Uid), users.OutsideGid(device.Gid)) : (device.Uid, device.Gid);
        if (uid != 0 || gid != 0)
            draft.Add(Call.Fchownat, "its owner",
                [folder, names[^1], uid, gid, PlanDraft.Flags(Files.AtSymlinkNofollow, "AT_SYMLINK_NOFOLLOW")],
                tolerate: [Errno.ENOENT, Errno.EROFS], subject: device.Path);
    }
}
