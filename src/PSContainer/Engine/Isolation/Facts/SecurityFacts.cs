using System.Numerics;
using PSContainer.Engine.Isolation.Sides;
using PSContainer.Engine.Namespaces;
using PSContainer.Kernel;
using PSContainer.Kernel.Proc;

namespace PSContainer.Engine.Isolation.Facts;

/// <summary>What root may not do: capabilities(7), seccomp(2) and no_new_privs (prctl(2)). Everybody may read these of every process.</summary>
internal static class SecurityFacts
{
    public static void Add(Comparison pair, List<IsolationFact> facts)
    {
        ProcStatus host = pair.Host.Status, container = pair.Container.Status;
        ulong all = pair.Host.IsMachine ? host.Bounding : host.Bounding | container.Bounding;
        ulong dropped = host.Bounding & ~container.Bounding;
        facts.Add(pair.Fact(IsolationAspect.Capabilities, null, Capabilities(host.Bounding, all), Capabilities(container.Bounding, all), dropped != 0, Rights(pair, container, dropped)));
        facts.Add(pair.Fact(IsolationAspect.Seccomp, null, Filters(host), Filters(container), IsFiltered(container) && Depth(container) > Depth(host),
            IsFiltered(container) ? "Its calls to the kernel pass a filter, which refuses those that it does not need." : "It may make every call that its capabilities allow."));
        facts.Add(pair.Fact(IsolationAspect.NoNewPrivileges, null, Said(host.NoNewPrivileges), Said(container.NoNewPrivileges), container.NoNewPrivileges && !host.NoNewPrivileges,
            container.NoNewPrivileges ? "No program that it runs gets more rights, setuid or not." : "A setuid program may get more rights than its caller, within the capabilities above."));
    }

    private static string Rights(Comparison pair, ProcStatus container, ulong dropped)
    {
        string text = dropped == 0 ? "It may ever get all that the other may." : $"Dropped for good: {Names(dropped)}.";
        if (container.Effective != container.Bounding) text += container.Effective == 0 ? " At this moment it has none in use." : $" At this moment it has {BitOperations.PopCount(container.Effective)} in use.";
        if (pair.IsParted(NamespaceType.User) == true) text += " They count for what belongs to its own user namespace alone.";
        return text;
    }

    private static string Capabilities(ulong set, ulong all)
        => set == 0 ? "none" : set == all ? $"all {BitOperations.PopCount(set)}" : $"{BitOperations.PopCount(set)}: {Names(set)}";

    // "sys_admin", as capsh(1) has it without its prefix; a number where this kernel is younger than the list.
    private static string Names(ulong set)
    {
        var names = new List<string>();
        for (int bit = 0; bit < 64; bit++)
            if ((set >> bit & 1) != 0) names.Add(Enum.GetName((Capability)bit) is { } name ? name["CAP_".Length..].ToLowerInvariant() : $"{bit}");
        return string.Join(' ', names);
    }

    private static bool IsFiltered(ProcStatus status) => status.SeccompMode != 0;

    private static int Depth(ProcStatus status) => status.SeccompMode == 0 ? 0 : status.SeccompFilters ?? 1;

    private static string Filters(ProcStatus status) => status.SeccompMode switch { 0 => "none", 1 => "strict", _ => status.SeccompFilters is { } count ? $"filter ({count})" : "filter" };

    private static string Said(bool value) => value ? "yes" : "no";
}
