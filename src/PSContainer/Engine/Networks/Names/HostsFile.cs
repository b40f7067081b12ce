using System.Text;
using PSContainer.Kernel;

namespace PSContainer.Engine.Networks;

/// <summary>
/// A container's /etc/hosts, edited in place: it is mounted inside, and a file that took its place would not be. Whoever edits
/// holds the store's lock.
/// </summary>
public static class HostsFile
{
    public const string Name = "hosts";

    private static readonly string[] Fixed =
    [
        "127.0.0.1\tlocalhost", "::1\tlocalhost ip6-localhost ip6-loopback", "fe00::0\tip6-localnet", "ff00::0\tip6-mcastprefix", "ff02::1\tip6-allnodes", "ff02::2\tip6-allrouters",
    ];

    /// <summary>Writes a new one: loopback, what was asked for, and what the networks know.</summary>
    public static void Create(string path, IEnumerable<string> lines) => Write(path, [.. Fixed, .. lines]);

    /// <summary>Adds a neighbour's lines to a file that is there.</summary>
    public static void Append(string path, IEnumerable<string> lines)
    {
        int file = Files.TryOpen(path, OpenFlags.WriteOnly | OpenFlags.Append | OpenFlags.NoFollow);
        if (file < 0) return;
        // A full disk must not stop the neighbour's start.
        Files.Write(file, Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + '\n'))));
        Files.Close(file);
    }

    /// <summary>Takes a neighbour's lines out of a file that is there; what the container wrote itself stays.</summary>
    public static void Remove(string path, IReadOnlyCollection<string> lines)
    {
        const long largest = 1 << 20;
        var information = new FileInfo(path);
        if (!information.Exists || information.LinkTarget is not null || information.Length > largest) return;
        string[] before = File.ReadAllText(path).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] after = [.. before.Where(line => !lines.Contains(line))];
        if (after.Length < before.Length) Write(path, after);
    }

    private static void Write(string path, IReadOnlyList<string> lines)
    {
        byte[] text = Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + '\n')));
        // Shared: .NET would otherwise take an flock(2) that a program inside could hold against us.
        using var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        if (file.Length == 0 && OperatingSystem.IsLinux()) File.SetUnixFileMode(file.SafeFileHandle, (UnixFileMode)0x1A4);
        file.Write(text);
        file.SetLength(text.Length);
    }
}
