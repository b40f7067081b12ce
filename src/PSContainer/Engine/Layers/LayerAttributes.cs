using PSContainer.Kernel.Trees;

namespace PSContainer.Engine.Layers;

/// <summary>Which extended attributes go into a layer and come out of it.</summary>
internal static class LayerAttributes
{
    public static readonly PathBytes Capability = "security.capability";

    /// <summary>security.capability and user.*, but for the ones by which an overlay is steered.</summary>
    public static bool IsKept(PathBytes name) => name.Equals(Capability) || name.Span.StartsWith("user."u8) && !name.Span.StartsWith("user.overlay."u8);
}
