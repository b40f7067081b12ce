using PSContainer.Engine.Builds.Context;
using PSContainer.Engine.Builds.Language;
using PSContainer.Engine.Builds.Scope;
using PSContainer.Engine.Roots;
using PSContainer.Kernel;

namespace PSContainer.Engine.Builds.Copy;

/// <summary>Whose files a COPY takes: the context's, an earlier stage's, or an image's.</summary>
/// <param name="Layers">Of the stage or image; null for the context.</param>
/// <param name="IsUnknown">Only asked: they are not there yet.</param>
internal sealed record CopyOrigin(Func<SourceTree> Open, IReadOnlyList<BuiltLayer>? Layers, bool IsUnknown)
{
    public static CopyOrigin Of(BuildTools tools, Stage stage, CopyInstruction copy, CancellationToken cancelled)
    {
        if (copy.From is not { } from) return new CopyOrigin(() => tools.Request.Context.Files, null, false);
        if (tools.Graph.Source(stage, copy) is { } earlier) return OfLayers(tools, tools.Built[earlier.Index]);
        if (tools.IsDry && tools.Bases.Find(from) is null) return new CopyOrigin(() => throw new InvalidOperationException(), [], true);
        return OfLayers(tools, BaseImages.Begin(tools.Bases.Get(copy.Place, from, cancelled), null));
    }

    private static CopyOrigin OfLayers(BuildTools tools, StageState state) => new(() =>
    {
        IReadOnlyList<string> folders = tools.Below(state.Layers);
        // One layer is a root as it is; an overlay to read from wants two.
        int root = folders is [var only] ? Files.Open(only, OpenFlags.Path | OpenFlags.Directory) : MergedRoot.Open(folders, null, tools.MountPoint);
        return new SourceTree(root, IgnorePatterns.None, isContext: false);
    }, state.Layers, state.IsUnknown);
}
