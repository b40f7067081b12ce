using PSContainer.Engine.Blobs;
using PSContainer.Engine.Builds.Context;
using PSContainer.Engine.Builds.Copy;
using PSContainer.Engine.Builds.Language;
using PSContainer.Engine.Plan.Build.Root;
using PSContainer.Engine.Roots;
using PSContainer.Engine.Text;
using PSContainer.Kernel;

namespace PSContainer.Engine.Builds.Steps;

/// <summary>COPY and ADD: files go straight into the new layer, by docker's rules for what a destination means.</summary>
internal sealed class CopyStep : IBuildStep
{
    private readonly CopyInstruction _copy;
    private readonly CopySources _sources;
    private readonly string _destination, _mountPoint;
    private readonly bool _saysFolder;
    private readonly uint? _mode;

    /// <param name="copy">The instruction.</param>
    /// <param name="sources">What it takes.</param>
    /// <param name="destination">Expanded; relative to the working directory.</param>
    /// <param name="workingDirectory">The image's so far.</param>
    /// <param name="content">What the sources are, as one digest.</param>
    /// <param name="mountPoint">Any folder that holds no layer.</param>
    /// <exception cref="EngineException">ContainerfileInvalid, FlagInvalid.</exception>
    public CopyStep(CopyInstruction copy, CopySources sources, string destination, string workingDirectory, Digest content, string mountPoint)
    {
        (_copy, _sources, _mountPoint) = (copy, sources, mountPoint);
        _saysFolder = destination.EndsWith('/') || destination.Split('/')[^1] is "." or "..";
        if (!_saysFolder && copy.Sources.Count > 1)
            throw copy.Place.Syntax($"{copy.Keyword} has several sources, and '{Printable.Of(destination)}' is no folder by its name.", "End the destination with '/'.");
        _destination = "/" + PathPattern.Clean(destination.StartsWith('/') ? destination : $"{workingDirectory}/{destination}");
        _mode = FileManner.ParseMode(copy.Place, copy.Mode);
        Recipe = [copy.Keyword, _destination, _saysFolder ? "/" : "", copy.Owner ?? "", _mode?.ToString() ?? "", content.ToString()];
    }

    public IReadOnlyList<string> Recipe { get; }

    public string Make(BuildScratch scratch, IReadOnlyList<string> below, CancellationToken cancelled)
    {
        IReadOnlyList<ICopyItem> items = _sources.Open(cancelled);
        scratch.MakeWritable(below);
        int root = MergedRoot.Open(below, scratch.Folder, _mountPoint);
        try
        {
            var target = new TargetRoot(root, _copy.Place);
            (uint Uid, uint Gid)? owner = CopyOwner.Resolve(_copy, root);
            var copy = new EntryCopy(new FileManner(owner, _mode), _copy.Place, cancelled);
            // Several things that a pattern found go into a folder, whatever it is called.
            if (_saysFolder || items.Count > 1) target.MakeFolder(_destination, owner ?? (0, 0));
            foreach (ICopyItem item in items) item.CopyTo(target, _destination, copy, owner ?? (0, 0), scratch.Folder, cancelled);
        }
        finally
        {
            Files.Close(root);
        }
        return Path.Combine(scratch.Folder, LayerStack.Upper);
    }
}
