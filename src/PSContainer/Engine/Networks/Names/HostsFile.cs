using System.Text;
using PSContainer.Kernel;

namespace PSContainer.Engine.Networks.Names;

/// <summary>
/// A container's /etc/hosts, edited in place: it is mounted inside, and a file that took its place would not be. Whoever edits
/// holds the store's lock.
/// </summary>
public static class HostsFile
{
    public const string Name = "hosts";
    /// <summary>Whoever the container's program is, it may read its names.</summary>
    internal const uint Mode = 0x1A4;
    private const int Largest = 1 << 20;

    private static readonly string[] Fixed =
    [
        "127.0.0.1\tlocalhost", "::1\tlocalhost ip6-localhost ip6-loopback", "fe00::0\tip6-localnet", "ff00::0\tip6-mcastprefix", "ff02::1\tip6-allnodes", "ff02::2\tip6-allrouters",
    ];

    /// <summary>Writes a container's own: loopback, what was asked for, and what the networks know.</summary>
    public static void Create(string path, IEnumerable<string> lines) => Write(path, Fixed.Concat(lines));

    /// <summary>Writes a file of these lines and no more.</summary>
    /// <exception cref="KernelException"/>
    public static void Write(string path, IEnumerable<string> lines) => WholeFile.Write(path, Text(lines), Mode);

    /// <summary>Adds lines to files that are there.</summary>
    public static void Append(IEnumerable<string> paths, IEnumerable<string> lines)
    {
        byte[] text = Text(lines);
        foreach (string path in paths)
        {
            int file = Files.TryOpen(path, OpenFlags.WriteOnly | OpenFlags.Append | OpenFlags.NoFollow);
            if (file < 0) continue;
            // A full disk must not stop the neighbour's start.
            Files.Write(file, text);
            Files.Close(file);
        }
    }

    /// <summary>Takes lines out of files that are there; what the containers wrote themselves stays.</summary>
    /// <param name="paths">There may be a thousand of them, and who has ended waits.</param>
    public static void Remove(IEnumerable<string> paths, IEnumerable<string> lines)
    {
        byte[][] unwanted = [.. lines.Select(line => Encoding.UTF8.GetBytes(line + '\n'))];
        byte[] buffer = GC.AllocateUninitializedArray<byte>(Largest);
        foreach (string path in paths)
        {
            int file = Files.TryOpen(path, OpenFlags.ReadWrite | OpenFlags.NoFollow);
            if (file < 0) continue;
            int length = ReadWhole(file, buffer), kept = Cut(buffer.AsSpan(0, length), unwanted);
            if (kept < length)
            {
                Files.Rewind(file);
                if (Files.Write(file, buffer.AsSpan(0, kept))) Files.Truncate(file, kept);
            }
            Files.Close(file);
        }
    }

    private static byte[] Text(IEnumerable<string> lines)
    {
        var text = new StringBuilder();
        foreach (string line in lines) text.Append(line).Append('\n');
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    // What a container has made larger than that is left to it.
    private static int ReadWhole(int file, byte[] buffer)
    {
        int length = 0, count;
        while (length < buffer.Length && (count = Files.Read(file, buffer.AsSpan(length))) > 0) length += count;
        return length < buffer.Length ? length : 0;
    }

    // How much is left, at the beginning.
    private static int Cut(Span<byte> text, byte[][] unwanted)
    {
        int length = text.Length;
        foreach (byte[] line in unwanted)
        {
            int from = 0, found;
            while ((found = text[from..length].IndexOf(line)) >= 0)
            {
                int at = from + found;
                bool isWhole = at == 0 || text[at - 1] == '\n';
                if (isWhole)
                {
                    text[(at + line.Length)..length].CopyTo(text[at..]);
                    length -= line.Length;
                }
                from = isWhole ? at : at + 1;
            }
        }
        return length;
    }
}
