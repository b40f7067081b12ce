using System.Text;
using PSContainer.Kernel;
using PSContainer.Kernel.Trees;

namespace PSContainer.Engine.Builds.Context;

/// <summary>Something that COPY takes, with its place below what was named; the named thing itself has an empty path.</summary>
internal readonly record struct SourceEntry(PathBytes Path, FileStatus Status);

/// <summary>
/// What COPY takes from: the build's context, or the merged root of a stage or image. All of it is a stranger's: every path is resolved
/// by openat2(2) below the root's descriptor, so that no link leads out (CVE-2024-1753).
/// </summary>
internal sealed class SourceTree : IDisposable
{
    // Below what was named no link is followed, and what replaces a folder meanwhile is an error.
    private const Resolve Exactly = Resolve.NoSymlinks;

    private readonly int _root;
    private readonly IgnorePatterns _ignored;

    /// <param name="root">An O_PATH descriptor, which is this object's from here on.</param>
    /// <param name="ignored">What is as if it were not there.</param>
    /// <param name="isContext">Owners on this machine mean nothing in the image: all is root's.</param>
    public SourceTree(int root, IgnorePatterns ignored, bool isContext) => (_root, _ignored, IsContext) = (root, ignored, isContext);

    public bool IsContext { get; }

    public bool Ignores(string path) => _ignored.Ignores(path);

    /// <summary>The paths that a source of COPY stands for, in order: one that is no pattern is itself, whether it is there or not.</summary>
    /// <param name="pattern">Expanded.</param>
    public IReadOnlyList<string> Find(string pattern)
    {
        string clean = PathPattern.Clean(pattern);
        if (!PathPattern.IsWild(clean)) return _ignored.Ignores(clean) || !IsThere(clean) ? [] : [clean];
        string[] parts = clean.Split('/');
        string above = string.Join('/', parts.TakeWhile(part => !PathPattern.IsWild(part)));
        var wanted = new PathPattern(clean);
        int depth = clean.Contains("**", StringComparison.Ordinal) ? int.MaxValue : parts.Length - (above.Length == 0 ? 0 : above.Split('/').Length);
        var found = new List<string>();
        Search(above, depth, wanted, found);
        return [.. found.Order(StringComparer.Ordinal)];
    }

    /// <summary>What is at a path that <see cref="Find"/> gave; a link there is followed, within the root.</summary>
    /// <returns>An O_PATH descriptor, which the caller closes.</returns>
    /// <exception cref="KernelException"/>
    public int Open(string path)
    {
        int descriptor = FolderCalls.OpenInRoot(_root, path.Length == 0 ? "." : path, OpenFlags.Path);
        return descriptor >= 0 ? descriptor : throw new KernelException("openat2", Syscall.Last, path);
    }

    /// <summary>It and all below it, a folder before what is in it, sorted bytewise: the same files are the same list.</summary>
    /// <param name="top">What was opened.</param>
    /// <param name="path">Where it is, for patterns.</param>
    /// <param name="excluded">COPY's own patterns, relative to what was named.</param>
    public IReadOnlyList<SourceEntry> List(int top, string path, IgnorePatterns excluded)
    {
        FileStatus status = FileStatus.Of(top, "");
        if (status.Kind != FileKind.Directory) return [new SourceEntry(default, status)];
        var entries = new List<SourceEntry>();
        Add(top, default, path, excluded, entries);
        entries.Sort((a, b) => a.Path.CompareTo(b.Path));
        return [new SourceEntry(default, status), .. entries];
    }

    /// <summary>Opens an entry of a list, as it is.</summary>
    /// <exception cref="KernelException">ELOOP, ENOENT: it has been replaced or removed meanwhile.</exception>
    public static int Open(int top, PathBytes path, int flags)
    {
        // With an empty path it is what was named: reopened, because it may be a file.
        int descriptor = path.IsEmpty ? Files.TryOpen($"/proc/self/fd/{top}", flags) : FolderCalls.OpenInRoot(top, path, flags | OpenFlags.NoFollow, Exactly);
        return descriptor >= 0 ? descriptor : throw new KernelException("openat2", Syscall.Last, path.ToString());
    }

    public void Dispose() => Files.Close(_root);

    private bool IsThere(string path)
    {
        int descriptor = FolderCalls.OpenInRoot(_root, path.Length == 0 ? "." : path, OpenFlags.Path);
        if (descriptor >= 0) Files.Close(descriptor);
        else if (Syscall.Last is not (Errno.ENOENT or Errno.ENOTDIR)) throw new KernelException("openat2", Syscall.Last, path);
        return descriptor >= 0;
    }

    private void Search(string folder, int depth, PathPattern wanted, List<string> found)
    {
        int descriptor = FolderCalls.OpenInRoot(_root, folder.Length == 0 ? "." : folder, OpenFlags.ReadOnly | OpenFlags.Directory);
        if (descriptor < 0) return;
        try
        {
            foreach (PathBytes name in FolderListing.Read(descriptor))
            {
                string path = Join(folder, Encoding.UTF8.GetString(name.Span));
                bool isIgnored = _ignored.Ignores(path);
                if (!isIgnored && wanted.Matches(path)) found.Add(path);
                bool isFolder = FileStatus.TryOf(descriptor, name) is { Kind: FileKind.Directory };
                if (isFolder && depth > 1 && (!isIgnored || _ignored.TakesBack)) Search(path, depth - 1, wanted, found);
            }
        }
        finally
        {
            Files.Close(descriptor);
        }
    }

    private bool Add(int top, PathBytes below, string named, IgnorePatterns excluded, List<SourceEntry> entries)
    {
        int folder = Open(top, below, OpenFlags.ReadOnly | OpenFlags.Directory);
        bool any = false;
        try
        {
            foreach (PathBytes name in FolderListing.Read(folder))
            {
                if (FileStatus.TryOf(folder, name) is not { } status) continue;
                PathBytes path = below.Combine(name.Span);
                string text = Encoding.UTF8.GetString(path.Span);
                bool isIgnored = _ignored.Ignores(Join(named, text)) || excluded.Ignores(text);
                bool goesDown = status.Kind == FileKind.Directory && (!isIgnored || _ignored.TakesBack || excluded.TakesBack);
                int before = entries.Count;
                bool holds = goesDown && Add(top, path, named, excluded, entries);
                // A folder that is ignored is there all the same for what a '!' takes back in below it.
                if (isIgnored && !holds) continue;
                entries.Insert(before, new SourceEntry(path, status));
                any = true;
            }
            return any;
        }
        finally
        {
            Files.Close(folder);
        }
    }

    private static string Join(string folder, string name) => folder.Length == 0 ? name : $"{folder}/{name}";
}
