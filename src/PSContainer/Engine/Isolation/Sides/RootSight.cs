using System.Text;
using PSContainer.Kernel;
using PSContainer.Kernel.Proc;
using PSContainer.Kernel.Trees;

namespace PSContainer.Engine.Isolation.Sides;

/// <summary>A process's root folder, looked at from outside through /proc/PID/root; no path below it leads out (RESOLVE_IN_ROOT).</summary>
public sealed record RootSight
{
    private const int LargestFile = 1 << 20;

    /// <summary>The folder itself, which is one and the same for two processes that see one root.</summary>
    public (ulong Device, ulong Inode) Identity { get; init; }

    /// <summary>Where that folder lies, as /proc tells it: "/" where it is the top of its mounts, else what chroot(2) was given.</summary>
    public string Path { get; init; } = "/";

    /// <summary>Names in it, ordered; null where its file system may not be asked (<see cref="MountSight.IsPrompt"/>).</summary>
    public IReadOnlyList<string>? Entries { get; init; }

    /// <summary>Processes that the proc mounted there shows, and the name of its first; null where none is mounted.</summary>
    public int? Processes { get; init; }
    public string? FirstProcess { get; init; }

    /// <summary>Processors that are online, as sysfs there says: "0-3".</summary>
    public string? Cpus { get; init; }

    /// <summary>Bytes: MemTotal of the meminfo there.</summary>
    public long? Memory { get; init; }

    /// <summary>The name that a user id has there; null where its passwd knows none.</summary>
    public string? UserName { get; init; }

    /// <summary>null where it may not be looked at.</summary>
    /// <param name="mounts">Its own, which tell what may be asked.</param>
    /// <param name="outer">Those around it, where its root may be a folder of theirs.</param>
    /// <param name="uid">The user to look for in etc/passwd there.</param>
    public static RootSight? Read(string proc, int pid, MountSight mounts, MountSight? outer, uint? uid)
    {
        string link = $"{proc}/{pid}/root";
        int root = Files.TryOpen(link, OpenFlags.Path | OpenFlags.Directory);
        if (root < 0) return null;
        try
        {
            string path = new FileInfo(link).LinkTarget ?? "/";
            bool isOwn = pid == Environment.ProcessId;
            if (!isOwn && !(mounts.Root is null ? outer?.IsPrompt(path) ?? false : mounts.IsPrompt("/"))) return new RootSight { Path = path };
            FileStatus status = FileStatus.Of(root, "");
            (int? processes, string? first) = IsOf("proc", "/proc") ? Proc(root) : (null, null);
            return new RootSight
            {
                Identity = ((ulong)status.Device.Major << 32 | status.Device.Minor, status.Inode),
                Path = path,
                Entries = Names(root, "."),
                Processes = processes,
                FirstProcess = first,
                Cpus = IsOf("sysfs", "/sys/devices/system/cpu/online") ? Text(root, "sys/devices/system/cpu/online") : null,
                Memory = IsOf("proc", "/proc/meminfo") ? MemoryIn(Text(root, "proc/meminfo")) : null,
                UserName = uid is { } id && mounts.IsPrompt("/etc/passwd") ? NameIn(Text(root, "etc/passwd"), id) : null,
            };
        }
        finally
        {
            Files.Close(root);
        }

        bool IsOf(string fileSystem, string path) => mounts.At(path)?.FileSystem == fileSystem;
    }

    /// <summary>MemTotal of /proc/meminfo, in bytes.</summary>
    public static long? MemoryIn(string? text)
    {
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
            if (line.StartsWith("MemTotal:") && long.TryParse(line["MemTotal:".Length..].Trim().TrimEnd("kB").Trim(), out long kibibytes)) return kibibytes * 1024;
        return null;
    }

    /// <summary>"root" of "root:x:0:0:root:/root:/bin/sh".</summary>
    public static string? NameIn(string? passwd, uint uid)
    {
        foreach (string line in (passwd ?? "").Split('\n'))
            if (line.Split(':') is [{ Length: > 0 } name, _, var number, ..] && uint.TryParse(number, out uint found) && found == uid) return name;
        return null;
    }

    private static (int?, string?) Proc(int root)
    {
        if (Names(root, "proc") is not { } names) return (null, null);
        // Its title would be read out of its memory, whose owner may keep a reader waiting; its name lies with the kernel.
        return (names.Count(name => name.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0), Text(root, "proc/1/comm"));
    }

    private static List<string>? Names(int root, string path)
    {
        int folder = FolderCalls.OpenInRoot(root, path, OpenFlags.ReadOnly | OpenFlags.Directory);
        if (folder < 0) return null;
        try
        {
            var names = FolderListing.Read(folder).ConvertAll(name => Encoding.UTF8.GetString(name.Span));
            names.Sort(StringComparer.Ordinal);
            return names;
        }
        finally
        {
            Files.Close(folder);
        }
    }

    private static string? Text(int root, string path) => RootedFile.Read(root, path, LargestFile) is { } bytes ? Encoding.UTF8.GetString(bytes).TrimEnd('\n') : null;
}
