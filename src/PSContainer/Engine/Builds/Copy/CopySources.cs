using PSContainer.Engine.Blobs;
using PSContainer.Engine.Builds.Context;
using PSContainer.Engine.Builds.Language;
using PSContainer.Engine.Text;
using PSContainer.Kernel;

namespace PSContainer.Engine.Builds.Copy;

/// <summary>Where a COPY takes from, opened when it is needed: what another stage has need not be looked at while the cache knows it.</summary>
/// <param name="copy">The instruction.</param>
/// <param name="sources">Expanded.</param>
/// <param name="documents">Expanded, by name.</param>
/// <param name="open">Opens the context, or a stage's root.</param>
/// <param name="scratch">A folder for what comes from afar.</param>
internal sealed class CopySources(CopyInstruction copy, IReadOnlyList<string> sources, IReadOnlyList<(string Name, string Content)> documents, Func<SourceTree> open, Func<string> scratch) : IDisposable
{
    private readonly List<ICopyItem> _items = [];
    private readonly IgnorePatterns _excluded = copy.Excluded.Count == 0 ? IgnorePatterns.None : copy.Place.Located(() => IgnorePatterns.Parse(string.Join('\n', copy.Excluded), "--exclude"));
    private SourceTree? _tree;

    /// <summary>What names the sources, if not their content.</summary>
    public IReadOnlyList<string> Names => [.. sources, "EXCLUDE", .. copy.Excluded];

    private SourceTree Tree => _tree ??= open();

    /// <exception cref="EngineException">SourceNotFound, DownloadFailed, ChecksumWrong.</exception>
    public Digest Hash(CancellationToken cancelled)
    {
        using var hash = new ContentHash();
        foreach (ICopyItem item in Open(cancelled)) item.AddTo(hash, cancelled);
        return hash.Finish();
    }

    /// <summary>The things themselves, which are this object's.</summary>
    public IReadOnlyList<ICopyItem> Open(CancellationToken cancelled)
    {
        if (_items.Count > 0) return _items;
        foreach ((string name, string content) in documents) _items.Add(new DocumentItem(name, content));
        bool any = _items.Count > 0;
        foreach (string source in sources)
        {
            if (copy.IsAdd && Download.IsUrl(source)) _items.Add(Fetched(source, cancelled));
            else if (copy.IsAdd && (source.StartsWith("git@", StringComparison.Ordinal) || source.EndsWith(".git", StringComparison.Ordinal)) && source.Contains(':'))
                throw copy.Place.Error("SourceNotSupported", Reason.NotSupported, "ADD can't fetch a git repository here.", "Clone it first, and COPY it.");
            else Find(source, any || sources.Count > 1);
        }
        return _items.Count > 0 ? _items : throw Missing(sources[0]);
    }

    public void Dispose()
    {
        foreach (ICopyItem item in _items) item.Dispose();
        _tree?.Dispose();
    }

    // A pattern may match nothing beside others that do; a name must be there.
    private void Find(string source, bool hasOthers)
    {
        IReadOnlyList<string> found = Tree.Find(source);
        if (found.Count == 0 && !(hasOthers && PathPattern.IsWild(source))) throw Missing(source);
        foreach (string path in found)
        {
            int top = Tree.Open(path);
            var opened = new CopySource(Tree, path[(path.LastIndexOf('/') + 1)..], top, Tree.List(top, path, _excluded));
            _items.Add(copy.IsAdd && Tree.IsContext && ArchiveItem.IsArchive(opened, copy.Place) ? new ArchiveItem(opened, copy.Place) : new TreeItem(opened));
        }
    }

    private TreeItem Fetched(string url, CancellationToken cancelled)
    {
        string folder = Path.Combine(scratch(), $"fetched-{_items.Count}");
        Directory.CreateDirectory(folder);
        string name = Download.NameOf(url) ?? throw copy.Place.Syntax($"'{Printable.Of(url)}' does not say what its file is to be called.", "End the URL with the file's name.");
        Download.Fetch(copy.Place, url, copy.Checksum, Path.Combine(folder, "file"), cancelled);
        var tree = new SourceTree(Files.Open(folder, OpenFlags.Path | OpenFlags.Directory), IgnorePatterns.None, isContext: true);
        int top = tree.Open("file");
        tree.Dispose();
        return new TreeItem(new CopySource(tree, name, top, tree.List(top, "file", IgnorePatterns.None)));
    }

    private EngineException Missing(string source)
    {
        bool isIgnored = Tree.IsContext && Tree.Ignores(PathPattern.Clean(source));
        return copy.Place.Error("SourceNotFound", Reason.NotFound,
            isIgnored ? $"'{Printable.Of(source)}' is kept out of the context by its ignore file." : $"'{Printable.Of(source)}' is not in {(Tree.IsContext ? "the context" : $"'{copy.From}'")}.",
            isIgnored ? "Take it back in by a line with '!', or leave it out here." : Tree.IsContext ? "Paths count from the context, which nothing outside of it can come from." : "Paths count from the root of that stage or image.");
    }
}
