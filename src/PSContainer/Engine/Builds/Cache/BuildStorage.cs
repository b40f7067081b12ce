using PSContainer.Engine.Builds.Steps;
using PSContainer.Engine.Containers;

namespace PSContainer.Engine.Builds.Cache;

/// <summary>What builds keep beside images, layers and containers.</summary>
public static class BuildStorage
{
    /// <summary>Clears what killed builds have left: folders, and containers that still run a step that nobody waits for.</summary>
    /// <returns>How many steps that were.</returns>
    public static int ClearLeftovers(ContainerEngine engine) => BuildScratch.Sweep(engine);
}
