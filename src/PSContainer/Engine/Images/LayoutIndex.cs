using PSContainer.Engine.Blobs;
using PSContainer.Engine.Images.Config;
using PSContainer.Engine.Records;

namespace PSContainer.Engine.Images;

/// <summary>The layout's own files: <c>oci-layout</c>, and <c>index.json</c>, which names every image that is here (image-spec image-layout.md).</summary>
internal sealed class LayoutIndex(string folder)
{
    /// <summary>What stands in <c>oci-layout</c>.</summary>
    public static byte[] Mark => JsonFile.Bytes(json => json.WriteString("imageLayoutVersion", "1.0.0"));

    private string File { get; } = Path.Combine(folder, "index.json");

    public IReadOnlyList<Descriptor> Read()
    {
        try
        {
            return ImageIndex.Parse(System.IO.File.ReadAllBytes(File)).Manifests;
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }
        catch (EngineException broken)
        {
            throw new EngineException("StateCorrupt", Reason.Corrupt, $"'{File}' can't be read: {broken.Message}", "Put it back from a copy, or remove the folder and bring the images in again.", broken);
        }
    }

    /// <summary>Changes it, alone: whoever else wants to waits.</summary>
    /// <returns>What stands in it now.</returns>
    /// <param name="keepsLock">The file of the lock stays for the next one; not in a folder of the user's, where only a layout was asked for.</param>
    public IReadOnlyList<Descriptor> Change(Func<IReadOnlyList<Descriptor>, IEnumerable<Descriptor>> change, bool keepsLock = true)
    {
        MakeLayout();
        string lockFile = Path.Combine(folder, ".lock");
        while (true)
        {
            using FileLock held = FileLock.Take(lockFile);
            if (!held.IsAt(lockFile)) continue;
            var index = new ImageIndex([.. change(Read())]);
            System.IO.File.WriteAllBytes(File + ".new", index.ToBytes());
            System.IO.File.Move(File + ".new", File, overwrite: true);
            if (!keepsLock) System.IO.File.Delete(lockFile);
            return index.Manifests;
        }
    }

    private void MakeLayout()
    {
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, "blobs", "sha256"));
            string mark = Path.Combine(folder, "oci-layout");
            if (!System.IO.File.Exists(mark)) System.IO.File.WriteAllBytes(mark, Mark);
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new EngineException("PermissionDenied", Reason.NoPermission, $"'{folder}' can't be written.", "Run as root (sudo pwsh).", denied);
        }
    }
}
