namespace PSContainer.Kernel;

/// <summary>Files below a root that a stranger has furnished: openat2(2) with RESOLVE_IN_ROOT, so that no link leads out.</summary>
public static class RootedFile
{
    /// <summary>
    /// The bytes of a file; null where there is none or it is larger than allowed. A pipe without a writer reads as empty and a device
    /// stops at the bound, so that nothing that lies there in place of a file can hang or flood the reader.
    /// </summary>
    public static byte[]? Read(string root, string path, int largest)
    {
        int folder = Files.TryOpen(root, OpenFlags.Path | OpenFlags.Directory);
        if (folder < 0) return null;
        try
        {
            return Read(folder, path, largest);
        }
        finally
        {
            Files.Close(folder);
        }
    }

    /// <inheritdoc cref="Read(string, string, int)"/>
    public static byte[]? Read(int root, string path, int largest)
    {
        int file = Trees.FolderCalls.OpenInRoot(root, path, OpenFlags.ReadOnly | OpenFlags.NonBlock | OpenFlags.NoCtty);
        if (file < 0) return null;
        try
        {
            using var content = new MemoryStream();
            Span<byte> buffer = stackalloc byte[8192];
            int count;
            while ((count = Files.Read(file, buffer)) > 0)
            {
                content.Write(buffer[..count]);
                if (content.Length > largest) return null;
            }
            return content.ToArray();
        }
        finally
        {
            Files.Close(file);
        }
    }
}
