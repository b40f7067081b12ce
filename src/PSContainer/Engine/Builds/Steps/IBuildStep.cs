namespace PSContainer.Engine.Builds.Steps;

/// <summary>An instruction that changes files.</summary>
internal interface IBuildStep
{
    /// <summary>What it does, with all that its outcome depends on but the layers below: equal recipes have equal outcomes.</summary>
    IReadOnlyList<string> Recipe { get; }

    /// <summary>Does it.</summary>
    /// <param name="below">The layers, the topmost first.</param>
    /// <returns>The folder that holds what it changed, as overlayfs keeps it.</returns>
    string Make(BuildScratch scratch, IReadOnlyList<string> below, CancellationToken cancelled);
}
