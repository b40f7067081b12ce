using PSContainer.Engine.Builds.Language;
using PSContainer.Engine.Text;
using PSContainer.Kernel;

namespace PSContainer.Engine.Builds.Context;

/// <summary>The folder that a build takes files from, and the Containerfile that says how.</summary>
public sealed class BuildContext
{
    private readonly IgnorePatterns _ignored;

    private BuildContext(string folder, Containerfile file, IgnorePatterns ignored) => (Folder, File, _ignored) = (folder, file, ignored);

    public string Folder { get; }

    public Containerfile File { get; }

    /// <param name="folder">The context.</param>
    /// <param name="file">The Containerfile; null for the one in the context.</param>
    /// <exception cref="EngineException">ContextNotFound, ContainerfileNotFound, ContainerfileInvalid, IgnoreFileInvalid.</exception>
    public static BuildContext Open(string folder, string? file)
    {
        if (!Directory.Exists(folder))
            throw new EngineException("ContextNotFound", Reason.NotFound, $"There is no folder '{Printable.Of(folder)}' to build from.", "Name the folder that holds the Containerfile and the files that it copies.");
        string path = file ?? Containerfile.Names.Select(name => Path.Combine(folder, name)).FirstOrDefault(System.IO.File.Exists)
            ?? throw new EngineException("ContainerfileNotFound", Reason.NotFound, $"'{Printable.Of(folder)}' has neither a {string.Join(" nor a ", Containerfile.Names)}.", "Write one, or name it with -File.");
        Containerfile read = Containerfile.Load(path, Path.GetFileName(path));
        return new BuildContext(folder, read, ReadIgnored(folder, path));
    }

    internal SourceTree Files => new(Kernel.Files.Open(Folder, OpenFlags.Path | OpenFlags.Directory), _ignored, isContext: true);

    private static IgnorePatterns ReadIgnored(string folder, string containerfile)
    {
        string beside = Path.GetDirectoryName(Path.GetFullPath(containerfile))!;
        foreach (string name in IgnorePatterns.Names(Path.GetFileName(containerfile)))
        {
            string path = Path.Combine(name.StartsWith('.') ? folder : beside, name);
            if (System.IO.File.Exists(path)) return IgnorePatterns.Parse(System.IO.File.ReadAllBytes(path), name);
        }
        return IgnorePatterns.None;
    }
}
