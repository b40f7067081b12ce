using PSContainer.Engine.Namespaces;

namespace PSContainer.Engine.Isolation.Facts;

/// <summary>One cgroup, and the path by which either side knows it (cgroup_namespaces(7)).</summary>
internal static class CgroupFacts
{
    public static void Add(Comparison pair, List<IsolationFact> facts)
    {
        string? outer = pair.Container.Cgroup, inner = pair.Container.Inside?.Cgroup;
        facts.Add(pair.Host.IsMachine
            ? pair.Decided(IsolationAspect.CgroupPath, NamespaceType.Cgroup, outer, pair.IsParted(NamespaceType.Cgroup) == false ? outer : inner,
                "One group under two paths: what this machine calls it, and what it sees itself.", "It sees its group by the same path as this machine.")
            : pair.Decided(IsolationAspect.CgroupPath, NamespaceType.Cgroup, pair.Host.Cgroup, outer, "This machine's path of each one's group.", "This machine's path of each one's group, which both see."));
    }
}
