using System.Text;
using PSContainer.Kernel.Proc;

namespace PSContainer.Engine.Isolation.Sides;

/// <summary>What a process's mountinfo tells: how many mounts it has, and which file system a path lies on.</summary>
public sealed class MountSight
{
    // Those that answer out of this kernel. Whatever asks a server, FUSE's above all, may keep whoever looks waiting for ever.
    private static readonly HashSet<string> s_prompt = ["ext2", "ext3", "ext4", "xfs", "btrfs", "bcachefs", "f2fs", "zfs", "overlay", "tmpfs", "ramfs", "rootfs", "devtmpfs", "proc", "sysfs",
        "squashfs", "erofs", "iso9660", "vfat"];

    private readonly List<Place> _places = [];

    private MountSight()
    {
    }

    /// <summary>One mount.</summary>
    /// <param name="Path">Where, seen from the process's root.</param>
    /// <param name="Device">"0:42".</param>
    /// <param name="IsReadOnly">By the mount or by its file system.</param>
    public readonly record struct Place(string Path, string FileSystem, string Source, string Device, string FileSystemOptions, bool IsReadOnly);

    public int Count => _places.Count;

    /// <summary>Those that take over what is mounted elsewhere: peers of a group, or its followers.</summary>
    public int Followers { get; private init; }

    /// <summary>What lies on "/"; null where the root is a folder of something.</summary>
    public Place? Root => At("/") is { Path: "/" } root ? root : null;

    public static MountSight Parse(ReadOnlySpan<byte> text)
    {
        int followers = 0;
        var places = new List<Place>();
        while (!text.IsEmpty)
        {
            if (!MountInfo.TryParse(MountInfo.NextLine(ref text), out MountInfo mount)) continue;
            if (mount.Propagation.IndexOf("master:"u8) >= 0 || mount.Propagation.IndexOf("shared:"u8) >= 0) followers++;
            string options = Encoding.UTF8.GetString(mount.SuperOptions);
            places.Add(new Place(MountInfo.Unescape(mount.MountPoint), Encoding.UTF8.GetString(mount.FileSystem), MountInfo.Unescape(mount.Source), Encoding.UTF8.GetString(mount.Device), options,
                IsReadOnly(Encoding.UTF8.GetString(mount.Options)) || IsReadOnly(options)));
        }
        var sight = new MountSight { Followers = followers };
        sight._places.AddRange(places);
        return sight;
    }

    /// <summary>The mount that a path lies on: the deepest, and of those on one place the last.</summary>
    public Place? At(string path)
    {
        Place? best = null;
        foreach (Place place in _places)
            if (IsBelow(path, place.Path) && (best is null || place.Path.Length >= best.Value.Path.Length)) best = place;
        return best;
    }

    /// <summary>Whether a look at a path answers at once, whatever the container has mounted there.</summary>
    public bool IsPrompt(string path) => At(path) is { } place && s_prompt.Contains(place.FileSystem);

    /// <summary>How many layers an overlay has below its upper directory: both spellings, "lowerdir=a:b" and "lowerdir+=a,lowerdir+=b".</summary>
    public static int LayersIn(string options)
    {
        int layers = 0;
        foreach (string option in options.Split(','))
        {
            if (option.StartsWith("lowerdir+=", StringComparison.Ordinal)) layers++;
            // A colon that belongs to a name stands behind a backslash.
            else if (option.StartsWith("lowerdir=", StringComparison.Ordinal)) layers += 1 + option.Replace("\\:", "").Count(letter => letter == ':');
        }
        return layers;
    }

    private static bool IsReadOnly(string options) => options == "ro" || options.StartsWith("ro,", StringComparison.Ordinal);

    private static bool IsBelow(string path, string place) => place == "/" || path == place || (path.StartsWith(place, StringComparison.Ordinal) && path[place.Length] == '/');
}
