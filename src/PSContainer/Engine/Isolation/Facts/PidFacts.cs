using System.Globalization;
using PSContainer.Engine.Isolation.Sides;
using PSContainer.Engine.Namespaces;

namespace PSContainer.Engine.Isolation.Facts;

/// <summary>What ps(1) shows on either side, and the two numbers of one process.</summary>
internal static class PidFacts
{
    public static void Add(Comparison pair, List<IsolationFact> facts)
    {
        RootSight? host = pair.Host.Root, container = pair.Container.Root;
        bool? isParted = ProcIsParted(pair);
        string own = "The proc that is mounted in it shows its own pid namespace.", shared = $"It sees the processes of {pair.Other}.";
        string reason = (isParted, pair.IsParted(NamespaceType.Pid)) switch
        {
            (true, _) => own,
            (false, true) => $"It has a pid namespace of its own, but the proc that is mounted in it is that of {pair.Other}.",
            (false, _) => shared,
            _ => pair.Container.Mounts is { } mounts && mounts.At("/proc")?.FileSystem != "proc" ? "No proc is mounted in it, so ps(1) shows nothing there." : Comparison.Unseen(NamespaceType.Pid),
        };
        facts.Add(pair.Fact(IsolationAspect.FirstProcess, NamespaceType.Pid, host?.FirstProcess, container?.FirstProcess, isParted, reason));
        facts.Add(pair.Fact(IsolationAspect.ProcessCount, NamespaceType.Pid, Number(host?.Processes), Number(container?.Processes), isParted, reason));
        facts.Add(Numbers(pair));
    }

    // By the proc that is mounted: a pid namespace without one of its own looks out of the old.
    private static bool? ProcIsParted(Comparison pair)
    {
        if (pair.Host.Mounts?.At("/proc") is not { FileSystem: "proc" } host || pair.Container.Mounts?.At("/proc") is not { FileSystem: "proc" } container) return null;
        return host.Device != container.Device && pair.IsParted(NamespaceType.Pid) is var parted ? parted : false;
    }

    private static IsolationFact Numbers(Comparison pair)
    {
        IReadOnlyList<int> numbers = pair.Container.Status.Numbers;
        int outer = pair.Container.ProcessId, inner = numbers.Count > 0 ? numbers[^1] : outer;
        if (!pair.Host.IsMachine)
        {
            IReadOnlyList<int> others = pair.Host.Status.Numbers;
            int otherInner = others.Count > 0 ? others[^1] : pair.Host.ProcessId;
            return pair.Fact(IsolationAspect.ProcessId, NamespaceType.Pid, $"{pair.Host.ProcessId} is {otherInner} inside", $"{outer} is {inner} inside", pair.IsParted(NamespaceType.Pid),
                "This machine's number of each one's process, and its own.");
        }
        bool? isParted = pair.IsParted(NamespaceType.Pid);
        string between = numbers.Count > 2 ? $" Between lie {numbers.Count - 2} more pid namespaces, with a number each." : "";
        string reason = isParted switch
        {
            true => $"One process, two numbers: {outer} here, {inner} in its own pid namespace.{between}",
            false => "It has one number, since both are in one pid namespace.",
            _ => Comparison.Unseen(NamespaceType.Pid),
        };
        return pair.Fact(IsolationAspect.ProcessId, NamespaceType.Pid, Number(outer), Number(inner), isParted, reason);
    }

    private static string? Number(int? value) => value?.ToString(CultureInfo.InvariantCulture);
}
