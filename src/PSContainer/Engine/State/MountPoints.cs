namespace PSContainer.Engine.State;

/// <summary>
/// The lowest layer of every image's container: the places that a container mounts on whatever its image holds, so that
/// they are neither missed nor taken for something that the container has added. docker has a layer "-init" for it.
/// </summary>
public static class MountPoints
{
    private const UnixFileMode ForFolders = (UnixFileMode)0x1ED, ForFiles = (UnixFileMode)0x1A4;

    /// <summary>Makes what is missing of it; several may at once.</summary>
    public static void Make(StorageRoot storage)
    {
        string folder = storage.MountPoints;
        foreach (string name in (string[])["proc", "sys", "dev", "etc"])
        {
            if (Directory.Exists(Path.Combine(folder, name))) continue;
            Directory.CreateDirectory(Path.Combine(folder, name));
            File.SetUnixFileMode(Path.Combine(folder, name), ForFolders);
        }
        foreach (string name in (string[])["hostname", "hosts", "resolv.conf"])
        {
            string file = Path.Combine(folder, "etc", name);
            if (File.Exists(file)) continue;
            using (new FileStream(file, FileMode.OpenOrCreate)) { }
            File.SetUnixFileMode(file, ForFiles);
        }
        File.SetUnixFileMode(folder, ForFolders);
    }
}
