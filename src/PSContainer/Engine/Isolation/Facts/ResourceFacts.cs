using PSContainer.Engine.Cgroups.Controllers;
using PSContainer.Engine.Cgroups.Limits;
using PSContainer.Engine.Isolation.Sides;
using PSContainer.Engine.Text;

namespace PSContainer.Engine.Isolation.Facts;

/// <summary>
/// What lscpu(1) and free(1) show, and what the cgroup allows. No namespace parts processors and memory, so a container sees the machine's; that
/// the two numbers differ is where most people go astray.
/// </summary>
internal static class ResourceFacts
{
    public static void Add(Comparison pair, List<IsolationFact> facts)
    {
        AddCpus(pair, facts);
        AddMemory(pair, facts);
        AddProcesses(pair, facts);
    }

    private static void AddCpus(Comparison pair, List<IsolationFact> facts)
    {
        Side host = pair.Host, container = pair.Container;
        int? machine = CountIn(host.Root?.Cpus), seen = CountIn(container.Root?.Cpus);
        double? allowed = CpusOf(container), hostAllowed = host.IsMachine ? machine : CpusOf(host);
        bool isNarrowed = allowed < hostAllowed;
        string limit = allowed is { } few && isNarrowed ? $" May use {SizeText.Processors(few)}, by {CpuCause(container)}: a bound on time, which lscpu does not know." : " Nothing here bounds their use.";
        facts.Add(Seen(pair, IsolationAspect.CpusSeen, Count(machine), Count(seen ?? (container.Root is null ? null : machine)), "/proc/cpuinfo",
            $"lscpu reads /proc and /sys, where no namespace hides a processor: it shows the machine's{(machine is { } all ? $" {all}" : "")}.{limit}"));
        facts.Add(pair.Fact(IsolationAspect.CpusAllowed, null, Processors(hostAllowed), Processors(allowed), Bounded(pair, isNarrowed),
            Why(pair, isNarrowed, $"Held by {CpuCause(container)}: so many processors' worth of time, whatever lscpu shows.", "No cgroup bounds its time, and it may run on all processors.")));
    }

    private static void AddMemory(Comparison pair, List<IsolationFact> facts)
    {
        Side host = pair.Host, container = pair.Container;
        long? machine = host.Root?.Memory, seen = container.Root?.Memory;
        long? allowed = MemoryOf(container, machine), hostAllowed = host.IsMachine ? machine : MemoryOf(host, machine);
        bool isNarrowed = allowed < hostAllowed;
        string cause = $"{container.Resources.MemoryFile} of {Group(container.Resources.Memory)}";
        string limit = allowed is { } few && isNarrowed ? $" May use {SizeText.Of(few)}, by {cause}; beyond, the kernel kills." : " Nothing here bounds its use.";
        facts.Add(Seen(pair, IsolationAspect.MemorySeen, Size(machine), Size(seen ?? (container.Root is null ? null : machine)), "/proc/meminfo",
            $"free reads /proc/meminfo, which no namespace changes: it shows the machine's{(machine is { } all ? " " + SizeText.Of(all) : "")}.{limit}"));
        facts.Add(pair.Fact(IsolationAspect.MemoryAllowed, null, Size(hostAllowed), Size(allowed), Bounded(pair, isNarrowed),
            Why(pair, isNarrowed, $"Held by {cause}, whatever free shows; beyond it the kernel reclaims, then kills.", "No cgroup bounds its memory: it may take all that the machine has.")));
    }

    private static void AddProcesses(Comparison pair, List<IsolationFact> facts)
    {
        TightestLimit? limit = pair.Container.Resources.Processes, other = pair.Host.Resources.Processes;
        bool isNarrowed = limit is not null && (other is null || limit.Value < other.Value);
        facts.Add(pair.Fact(IsolationAspect.ProcessesAllowed, null, pair.Host.Resources.IsSeen ? Number(other) : null, pair.Container.Resources.IsSeen ? Number(limit) : null, Bounded(pair, isNarrowed),
            Why(pair, isNarrowed, $"Held by pids.max of {Group(limit)}: processes and threads.", "No cgroup bounds how many processes and threads it has.")));
    }

    // lxcfs and its like lay files of their own over the kernel's.
    private static IsolationFact Seen(Comparison pair, IsolationAspect aspect, string? host, string? container, string file, string reason)
    {
        if (pair.Container.Mounts?.At(file) is { FileSystem: not "proc" } over && over.Path == file)
            return pair.Fact(aspect, null, host, null, true, $"A file of {over.FileSystem} lies over {file} and tells what it likes; it is not asked.");
        return pair.Fact(aspect, null, host, container, container is null || host is null ? null : container != host, container is null ? "Its root can't be looked at: that takes root, or the capability CAP_SYS_PTRACE." : reason);
    }

    private static bool? Bounded(Comparison pair, bool isNarrowed) => pair.Container.Resources.IsSeen ? isNarrowed : null;

    private static string Why(Comparison pair, bool isNarrowed, string narrowed, string free)
        => !pair.Container.Resources.IsSeen ? "Its cgroups can't be seen from here." : isNarrowed ? narrowed : pair.Host.IsMachine ? free : $"It is held no tighter than {pair.Other}.";

    private static double? CpusOf(Side side)
    {
        double? places = CountIn(side.Status.CpusAllowed);
        return side.Resources.Cpus is { } limit && !(places < limit.Value) ? limit.Value : places;
    }

    private static string CpuCause(Side side)
        => side.Resources.Cpus is { } limit && limit.Value <= (CountIn(side.Status.CpusAllowed) ?? double.MaxValue) ? $"{side.Resources.CpuFile} of {Group(limit)}" : $"its cpuset or affinity ({side.Status.CpusAllowed})";

    private static long? MemoryOf(Side side, long? machine) => side.Resources.Memory is { } limit && !(machine < limit.Value) ? (long)limit.Value : machine;

    private static string Group(TightestLimit? limit) => Printable.Of(limit?.Cgroup ?? "its cgroup") + (limit is { IsInherited: true } ? " (above its own)" : "");

    private static int? CountIn(string? list)
    {
        try
        {
            return list is null or "" ? null : CpuList.Parse(list, "cpus").Count;
        }
        catch (EngineException)
        {
            return null;
        }
    }

    private static string? Count(int? count) => count?.ToString(System.Globalization.CultureInfo.InvariantCulture);
    private static string? Processors(double? cpus) => cpus is { } value ? SizeText.Processors(value) : null;
    private static string? Size(long? bytes) => bytes is { } value ? SizeText.Of(value) : null;
    private static string Number(TightestLimit? limit) => limit is null ? SizeText.Unlimited : SizeText.Count((long)limit.Value);
}
