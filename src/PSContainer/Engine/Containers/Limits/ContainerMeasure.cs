using PSContainer.Engine.Cgroups;
using PSContainer.Engine.Networks;
using PSContainer.Kernel;
using PSContainer.Kernel.Netlink;

namespace PSContainer.Engine.Containers.Limits;

/// <summary>What a container uses, and what it has used since its start; rates only over an interval. docker stats.</summary>
public sealed record ContainerMeasure
{
    public required string Name { get; init; }
    public required string ContainerId { get; init; }

    /// <summary>Processor time in the interval, 100 for one processor wholly used; null without an interval.</summary>
    public double? CpuPercent { get; init; }

    /// <summary>Processor time since the start.</summary>
    public double? CpuSeconds { get; init; }

    /// <summary>Bytes without the page cache that nobody has touched lately.</summary>
    public long? Memory { get; init; }

    /// <summary>Bytes that it may have; infinity where there is no limit.</summary>
    public object? MemoryLimit { get; init; }
    public double? MemoryPercent => Memory is { } used && MemoryLimit is long limit and > 0 ? 100.0 * used / limit : null;

    /// <summary>Processes and threads.</summary>
    public long? Pids { get; init; }

    /// <summary>Bytes from and to disks.</summary>
    public long? IORead { get; init; }
    public long? IOWrite { get; init; }

    /// <summary>Bytes that came in and went out by its interfaces; null where it has none of its own.</summary>
    public long? Rx { get; init; }
    public long? Tx { get; init; }

    /// <summary>Seconds that the rates are over; null without.</summary>
    public double? Interval { get; init; }
    public DateTimeOffset Time { get; init; }

    public override string ToString() => Name;

    /// <summary>The counters at this moment.</summary>
    /// <exception cref="EngineException">ContainerNotRunning.</exception>
    public static ContainerMeasure Of(Container container)
    {
        ContainerUsage usage = container.Usage ?? throw new EngineException("ContainerNotRunning", Reason.WrongState, $"The container '{container.Name}' does not run, so there is nothing to measure.", "Start it first (Start-Container).");
        (long? rx, long? tx) = Traffic(container);
        return new ContainerMeasure
        {
            Name = container.Name, ContainerId = container.Id, CpuSeconds = usage.CpuSeconds, Memory = usage.MemoryWorkingSet, MemoryLimit = container.Limit?.Memory, Pids = usage.PidsCurrent,
            IORead = usage.IOReadBytes, IOWrite = usage.IOWriteBytes, Rx = rx, Tx = tx, Time = usage.Time,
        };
    }

    /// <summary>The same counters, with the rates since an earlier look.</summary>
    public ContainerMeasure Since(ContainerMeasure earlier)
    {
        double interval = (Time - earlier.Time).TotalSeconds;
        return this with { Interval = interval, CpuPercent = interval > 0 && CpuSeconds is { } now && earlier.CpuSeconds is { } before ? 100 * ((now - before) / interval) : null };
    }

    // On the host's half of each pair, so that nobody needs to go inside: what that one sends, the container receives.
    private static (long? Rx, long? Tx) Traffic(Container container)
    {
        if (container.Endpoints.Count == 0) return (null, null);
        try
        {
            using NetlinkSocket socket = NetworkAttachment.OpenSocket();
            LinkInfo[] links = [.. container.Endpoints.Select(endpoint => endpoint.Link).OfType<string>().Select(link => LinkInfo.Find(socket, link)).OfType<LinkInfo>()];
            return (links.Sum(link => (long)link.TxBytes), links.Sum(link => (long)link.RxBytes));
        }
        catch (KernelException)
        {
            // Where rtnetlink can't be asked the rest is still worth telling.
            return (null, null);
        }
    }
}
