using PSContainer.Engine.Isolation.Sides;
using PSContainer.Engine.Namespaces;

namespace PSContainer.Engine.Isolation.Facts;

/// <summary>How far the clocks since boot are moved (time_namespaces(7)); the time of day is one for all.</summary>
internal static class ClockFacts
{
    public static void Add(Comparison pair, List<IsolationFact> facts)
        => facts.Add(pair.Decided(IsolationAspect.TimeOffsets, NamespaceType.Time, Text(pair.Host), Text(pair.Container),
            "Seconds that its monotonic and boot clocks are moved by: uptime differs, the time of day does not.", $"Its clocks are those of {pair.Other}, the time of day among them."));

    private static string? Text(Side side) => side.TimeOffsets is not { } offsets ? null : offsets is ("0", "0") ? "none" : $"monotonic {offsets.Monotonic} s, boot {offsets.Boot} s";
}
