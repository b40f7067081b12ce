using Microsoft.Win32.SafeHandles;
using PSContainer.Engine.Archives.Tar;

namespace PSContainer.Engine.ImageFiles;

/// <summary>
/// The files of an uncompressed archive that can be read at random: its headers are read once, the contents where they lie. Old versions
/// of docker put links into their archives for layers that several images share; these lead to names in the archive, and nowhere else.
/// </summary>
internal sealed class TarFiles : ArchiveFiles
{
    private const int MostEntries = 100_000, MostLinks = 10;

    private readonly SafeFileHandle _file;
    private readonly Dictionary<string, (long Start, long Size)> _files = [];
    private readonly Dictionary<string, string> _links = [];

    /// <param name="file">The caller's to close.</param>
    /// <exception cref="EngineException">ArchiveInvalid, ArchiveTruncated, ArchiveNotSupported.</exception>
    public TarFiles(SafeFileHandle file, CancellationToken cancelled)
    {
        _file = file;
        var archive = new TarReader(new FilePart(file, 0, RandomAccess.GetLength(file)));
        for (int entries = 0; archive.Next() is { } entry; entries++)
        {
            cancelled.ThrowIfCancellationRequested();
            if (entries == MostEntries) throw TarError.Invalid(archive.Position, $"more than {MostEntries} entries, where an image has some hundreds");
            Add(entry, archive.Position);
        }
    }

    public IEnumerable<string> Names => _files.Keys.Concat(_links.Keys);

    public override Stream? TryOpen(string name)
    {
        string wanted = Normal(name);
        for (int i = 0; i < MostLinks && _links.TryGetValue(wanted, out string? target); i++) wanted = target;
        return _files.TryGetValue(wanted, out (long Start, long Size) file) ? new FilePart(_file, file.Start, file.Size) : null;
    }

    public override void Dispose() { }

    // The last of several entries of one name counts, as where an archive is unpacked.
    private void Add(TarEntry entry, long start)
    {
        string name = Normal(entry.Name.ToString());
        if (entry.Type == TarType.File)
        {
            _files[name] = (start, entry.Size);
            _links.Remove(name);
        }
        else if (entry.Type is TarType.SymbolicLink or TarType.HardLink)
        {
            string folder = entry.Type == TarType.SymbolicLink && name.LastIndexOf('/') is >= 0 and var slash ? name[..(slash + 1)] : "";
            string target = Normal(entry.Link.Span.StartsWith("/"u8) ? entry.Link.ToString() : folder + entry.Link);
            // tar writes a file that it was given twice as a link to itself.
            if (target == name) return;
            _links[name] = target;
            _files.Remove(name);
        }
    }

    // "./a//b/../c" is "a/c"; what climbs out of the archive ends at its top.
    private static string Normal(string name)
    {
        var parts = new List<string>();
        foreach (string part in name.Split('/'))
        {
            if (part is "" or ".") continue;
            if (part != "..") parts.Add(part);
            else if (parts.Count > 0) parts.RemoveAt(parts.Count - 1);
        }
        return string.Join('/', parts);
    }
}
