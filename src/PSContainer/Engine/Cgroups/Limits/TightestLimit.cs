using PSContainer.Engine.Cgroups.Controllers;
using PSContainer.Engine.Cgroups.Hierarchy;
using PSContainer.Engine.Text;

namespace PSContainer.Engine.Cgroups.Limits;

/// <summary>The limit that counts: the smallest from a cgroup up to the top, and who holds it.</summary>
/// <param name="Limit">The property of <see cref="ContainerLimit"/>: "Memory", as the parameter is called.</param>
/// <param name="Value">Bytes, processors or processes, as that property has them.</param>
/// <param name="Cgroup">The path of the group that holds it.</param>
/// <param name="IsInherited">It is a group further up.</param>
public sealed record TightestLimit(string Limit, double Value, string Cgroup, bool IsInherited)
{
    /// <summary>"Memory 64 MiB in /pscontainer-ID".</summary>
    public override string ToString()
    {
        var value = Limit switch
        {
            nameof(ContainerLimit.Cpus) => SizeText.Processors(Value),
            nameof(ContainerLimit.PidsLimit) => SizeText.Count((long)Value),
            _ => SizeText.Of((long)Value),
        };
        return $"{Limit} {value} in {Cgroup}{(IsInherited ? " (above)" : "")}";
    }

    /// <summary>One entry a limit that is set anywhere; where the same value is set twice, the upper group's counts.</summary>
    /// <param name="only">Of these properties of <see cref="ContainerLimit"/> alone; of all where it is null.</param>
    internal static IReadOnlyList<TightestLimit> Find(ContainerCgroup cgroup, IReadOnlyCollection<string>? only = null)
    {
        var found = new List<TightestLimit>(4);
        Look(nameof(ContainerLimit.Memory), CgroupController.Memory,
            static group => Finite(CgroupText.Number(group.Read(group.Version == CgroupVersion.V2 ? "memory.max" : "memory.limit_in_bytes"))));
        Look(nameof(ContainerLimit.MemoryHigh), CgroupController.Memory, static group => group.Version == CgroupVersion.V2 ? Finite(CgroupText.Number(group.Read("memory.high"))) : null);
        Look(nameof(ContainerLimit.MemorySwap), CgroupController.Memory, static group => Finite(MemoryController.Read(group).SwapMax));
        Look(nameof(ContainerLimit.Cpus), CgroupController.Cpu, static group => CpuController.ReadBandwidth(group).Cpus is { } cpus && double.IsFinite(cpus) ? cpus : null);
        Look(nameof(ContainerLimit.PidsLimit), CgroupController.Pids, static group => Finite(PidsController.Read(group)));
        return found;

        void Look(string limit, CgroupController controller, Func<CgroupGroup, double?> read)
        {
            if (only is null || only.Contains(limit)) Add(found, limit, cgroup.Group(controller), read);
        }
    }

    private static void Add(List<TightestLimit> found, string limit, CgroupGroup? group, Func<CgroupGroup, double?> read)
    {
        TightestLimit? tightest = null;
        for (var at = group; at is not null; at = at.Parent())
        {
            if (read(at) is { } value && (tightest is null || value <= tightest.Value))
            {
                tightest = new(limit, value, at.Path, !ReferenceEquals(at, group));
            }
        }
        if (tightest is not null) found.Add(tightest);
    }

    private static double? Finite(long? value) => value is null or ContainerLimit.Unlimited ? null : value;
}
