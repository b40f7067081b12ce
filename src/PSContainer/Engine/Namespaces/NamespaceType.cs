namespace PSContainer.Engine.Namespaces;

/// <summary>The kinds of namespaces(7), in the order of their names.</summary>
public enum NamespaceType
{
    Cgroup,
    Ipc,
    Mnt,
    Net,
    Pid,
    Time,
    User,
    Uts,
}

/// <summary>How the kernel spells the kinds.</summary>
public static class NamespaceTypes
{
    internal const int Count = 8;
    internal const int AllBits = (1 << Count) - 1;

    /// <summary>As in /proc/PID/ns and in lsns(8): "net".</summary>
    public static string TextOf(NamespaceType type) => type switch
    {
        NamespaceType.Cgroup => "cgroup",
        NamespaceType.Ipc => "ipc",
        NamespaceType.Mnt => "mnt",
        NamespaceType.Net => "net",
        NamespaceType.Pid => "pid",
        NamespaceType.Time => "time",
        NamespaceType.User => "user",
        NamespaceType.Uts => "uts",
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    /// <summary>The kind of a namespace's text ("net" of "net:[4026531833]").</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out NamespaceType type)
    {
        for (var candidate = 0; candidate < Count; candidate++)
        {
            type = (NamespaceType)candidate;
            if (text.SequenceEqual(LinkOf(type)))
                return true;
        }

        type = default;
        return false;
    }

    /// <summary>The kind of a CLONE_NEW* flag (clone(2)), as NS_GET_NSTYPE of ioctl_ns(2) answers.</summary>
    internal static bool TryParse(int cloneFlag, out NamespaceType type)
    {
        (type, var known) = cloneFlag switch
        {
            0x02000000 => (NamespaceType.Cgroup, true),
            0x08000000 => (NamespaceType.Ipc, true),
            0x00020000 => (NamespaceType.Mnt, true),
            0x40000000 => (NamespaceType.Net, true),
            0x20000000 => (NamespaceType.Pid, true),
            0x00000080 => (NamespaceType.Time, true),
            0x10000000 => (NamespaceType.User, true),
            0x04000000 => (NamespaceType.Uts, true),
            _ => (default, false),
        };
        return known;
    }

    /// <summary>The link's name in /proc/PID/ns; a zero byte follows it.</summary>
    internal static ReadOnlySpan<byte> LinkOf(NamespaceType type) => type switch
    {
        NamespaceType.Cgroup => "cgroup"u8,
        NamespaceType.Ipc => "ipc"u8,
        NamespaceType.Mnt => "mnt"u8,
        NamespaceType.Net => "net"u8,
        NamespaceType.Pid => "pid"u8,
        NamespaceType.Time => "time"u8,
        NamespaceType.User => "user"u8,
        _ => "uts"u8,
    };

    internal static int BitOf(NamespaceType type) => 1 << (int)type;
}
