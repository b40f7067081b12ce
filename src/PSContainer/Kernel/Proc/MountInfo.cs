using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace PSContainer.Kernel.Proc;

/// <summary>
/// One line of /proc/PID/mountinfo (proc_pid_mountinfo(5)). The fields are spans of the line, still escaped, because
/// a look for one kind of mount drops nearly every line unread.
/// </summary>
/// <example>53 27 0:4 net:[4026532275] /run/netns/two\040words rw shared:24 - nsfs nsfs rw</example>
public readonly ref struct MountInfo
{
    /// <summary>The mount's number; a later mount can get it again once this one is gone.</summary>
    public int Id { get; private init; }

    /// <summary>The number of the mount that it hangs on; its own for the root of the tree.</summary>
    public int ParentId { get; private init; }

    /// <summary>st_dev of its files, as "major:minor".</summary>
    public ReadOnlySpan<byte> Device { get; private init; }

    /// <summary>The directory of the file system that is mounted, as in "/" or "/lib"; a namespace's text in nsfs.</summary>
    public ReadOnlySpan<byte> Root { get; private init; }

    /// <summary>Where it is mounted, seen from the process's root.</summary>
    public ReadOnlySpan<byte> MountPoint { get; private init; }

    /// <summary>The mount's own options: "rw,nosuid".</summary>
    public ReadOnlySpan<byte> Options { get; private init; }

    /// <summary>Propagation: any of "shared:N", "master:N", "propagate_from:N", "unbindable" with spaces between, or nothing.</summary>
    public ReadOnlySpan<byte> Propagation { get; private init; }

    /// <summary>"ext4", "nsfs", "fuse.sshfs".</summary>
    public ReadOnlySpan<byte> FileSystem { get; private init; }

    /// <summary>The device, or what else the file system calls its source.</summary>
    public ReadOnlySpan<byte> Source { get; private init; }

    /// <summary>The file system's options, shared by all its mounts.</summary>
    public ReadOnlySpan<byte> SuperOptions { get; private init; }

    /// <summary>Parses one line, without its newline; false where it is not one.</summary>
    public static bool TryParse(ReadOnlySpan<byte> line, out MountInfo mount)
    {
        mount = default;
        // Optional fields in the middle: the separator, a lone "-", is the only way to find what follows them.
        var separator = line.IndexOf(" - "u8);
        if (separator < 0)
            return false;
        var left = line[..separator];
        var right = line[(separator + 3)..];
        if (!Utf8Parser.TryParse(Next(ref left), out int id, out _) || !Utf8Parser.TryParse(Next(ref left), out int parent, out _))
            return false;
        mount = new MountInfo
        {
            Id = id,
            ParentId = parent,
            Device = Next(ref left),
            Root = Next(ref left),
            MountPoint = Next(ref left),
            Options = Next(ref left),
            Propagation = left,
            FileSystem = Next(ref right),
            Source = Next(ref right),
            SuperOptions = right,
        };
        return !mount.Options.IsEmpty && !mount.FileSystem.IsEmpty;
    }

    /// <summary>Undoes the kernel's escapes: space, tab, newline, backslash and "#" stand as a backslash and three octal digits.</summary>
    public static string Unescape(ReadOnlySpan<byte> field)
    {
        if (!field.Contains((byte)'\\'))
            return Encoding.UTF8.GetString(field);
        var plain = ArrayPool<byte>.Shared.Rent(field.Length);
        var length = 0;
        for (var i = 0; i < field.Length; i++)
        {
            if (field[i] == '\\' && i + 3 < field.Length && IsOctal(field[i + 1]) && IsOctal(field[i + 2]) && IsOctal(field[i + 3]))
            {
                plain[length++] = (byte)(((field[i + 1] - '0') << 6) | ((field[i + 2] - '0') << 3) | (field[i + 3] - '0'));
                i += 3;
            }
            else
            {
                plain[length++] = field[i];
            }
        }

        var text = Encoding.UTF8.GetString(plain, 0, length);
        ArrayPool<byte>.Shared.Return(plain);
        return text;
    }

    /// <summary>Cuts the first line off, without its newline.</summary>
    public static ReadOnlySpan<byte> NextLine(scoped ref ReadOnlySpan<byte> text)
    {
        var end = text.IndexOf((byte)'\n');
        var line = end < 0 ? text : text[..end];
        text = end < 0 ? default : text[(end + 1)..];
        return line;
    }

    private static ReadOnlySpan<byte> Next(scoped ref ReadOnlySpan<byte> fields)
    {
        var end = fields.IndexOf((byte)' ');
        var field = end < 0 ? fields : fields[..end];
        fields = end < 0 ? default : fields[(end + 1)..];
        return field;
    }

    private static bool IsOctal(byte digit) => digit is >= (byte)'0' and <= (byte)'7';
}
