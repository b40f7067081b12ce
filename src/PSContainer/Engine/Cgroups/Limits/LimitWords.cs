namespace PSContainer.Engine.Cgroups.Limits;

/// <summary>How a message calls a limit: as whoever set it did, at the prompt or in a bundle's config.json.</summary>
public sealed class LimitWords
{
    private readonly Func<string, string> _name;

    private LimitWords(Func<string, string> name) => _name = name;

    /// <summary>The cmdlets' parameters: "-Memory". A property of <see cref="ContainerLimit"/> is called as its parameter is.</summary>
    public static LimitWords Parameters { get; } = new(static limit => "-" + limit);

    /// <summary>The members of linux.resources (runtime-spec, config-linux.md); files of cgroup v2 where it has none, as `unified` names them.</summary>
    public static LimitWords Bundle { get; } = new(static limit => limit switch
    {
        nameof(ContainerLimit.Memory) => "memory.limit",
        nameof(ContainerLimit.MemoryHigh) => "memory.high",
        nameof(ContainerLimit.MemoryLow) => "memory.reservation",
        nameof(ContainerLimit.MemorySwap) => "memory.swap",
        nameof(ContainerLimit.Cpus) => "cpu.quota",
        nameof(ContainerLimit.CpuWeight) => "cpu.shares",
        nameof(ContainerLimit.CpusetCpus) => "cpu.cpus",
        nameof(ContainerLimit.CpusetMems) => "cpu.mems",
        nameof(ContainerLimit.PidsLimit) => "pids.limit",
        nameof(ContainerLimit.IOWeight) => "blockIO.weight",
        _ => "blockIO",
    });

    /// <param name="limit">A property of <see cref="ContainerLimit"/>.</param>
    public string Of(string limit) => _name(limit);
}
