using System.Globalization;
using System.Management.Automation;
using PSContainer.Cmdlets.Binding;
using PSContainer.Engine.Cgroups.Controllers;
using PSContainer.Engine.Cgroups.Limits;

namespace PSContainer.Cmdlets.Limits;

/// <summary>The limits as parameters; those that are not given leave their limit alone.</summary>
public abstract class LimitParameters : LimitTargetCmdlet
{
    /// <summary>Bytes of memory: 40MB, "40M"; above it something is killed. -1 or max: no limit.</summary>
    [Parameter]
    [ByteSize]
    public long? Memory { get; set; }

    /// <summary>Bytes; above it the processes are slowed down, never killed. cgroup v2 only.</summary>
    [Parameter]
    [ByteSize]
    public long? MemoryHigh { get; set; }

    /// <summary>Bytes that are spared while others can give some; 0 for none. docker's --memory-reservation.</summary>
    [Parameter]
    [ByteSize]
    [Alias("MemoryReservation")]
    public long? MemoryLow { get; set; }

    /// <summary>Bytes of swap alone, beside the memory: 0 for none. docker's --memory-swap is this and the memory together.</summary>
    [Parameter]
    [ByteSize]
    public long? MemorySwap { get; set; }

    /// <summary>Processors' worth of time: 1.5; -1 for no limit.</summary>
    [Parameter]
    [Unlimited]
    public double? Cpus { get; set; }

    /// <summary>Share of processor time against neighbours, 1 to 10000; 100 where nothing is said.</summary>
    [Parameter]
    public int? CpuWeight { get; set; }

    /// <summary>Which processors: "0-1,3"; "" for all.</summary>
    [Parameter]
    [AllowEmptyString]
    public string? CpusetCpus { get; set; }

    /// <summary>Processes and threads; -1 for no limit.</summary>
    [Parameter]
    [Unlimited]
    public long? PidsLimit { get; set; }

    /// <summary>Share of the disks against neighbours, 1 to 10000; 100 where nothing is said.</summary>
    [Parameter]
    [Alias("BlkioWeight")]
    public int? IOWeight { get; set; }

    /// <summary>Bytes a second read from one disk: /dev/sda:10mb.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(DiskCompleter))]
    public string[]? DeviceReadBps { get; set; }

    /// <summary>Bytes a second written to one disk: /dev/sda:10mb.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(DiskCompleter))]
    public string[]? DeviceWriteBps { get; set; }

    /// <summary>Reads a second from one disk: /dev/sda:1000.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(DiskCompleter))]
    public string[]? DeviceReadIops { get; set; }

    /// <summary>Writes a second to one disk: /dev/sda:1000.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(DiskCompleter))]
    public string[]? DeviceWriteIops { get; set; }

    /// <summary>What was given.</summary>
    protected ContainerLimit ToLimit() => new()
    {
        Memory = Memory, MemoryHigh = MemoryHigh, MemoryLow = MemoryLow, MemorySwap = MemorySwap, Cpus = Cpus, CpuWeight = CpuWeight,
        CpusetCpus = CpusetCpus, PidsLimit = PidsLimit, IOWeight = IOWeight, DeviceThrottles = Throttles(),
    };

    // One entry a disk: cgroup v2 has one line for all four of its limits.
    private List<DeviceThrottle>? Throttles()
    {
        var all = new Dictionary<(int, int), DeviceThrottle>();
        void Add(string[]? texts, Func<string, long?> amount, Func<DeviceThrottle, long, DeviceThrottle> with)
        {
            foreach (string text in texts ?? [])
            {
                DiskRate disk = DiskRate.Parse(text, amount);
                DeviceThrottle before = all.GetValueOrDefault((disk.Major, disk.Minor)) ?? new DeviceThrottle(disk.Major, disk.Minor);
                all[(disk.Major, disk.Minor)] = with(before, disk.Rate);
            }
        }
        Add(DeviceReadBps, ByteSizeAttribute.Parse, (throttle, rate) => throttle with { ReadBps = rate });
        Add(DeviceWriteBps, ByteSizeAttribute.Parse, (throttle, rate) => throttle with { WriteBps = rate });
        Add(DeviceReadIops, Count, (throttle, rate) => throttle with { ReadIops = rate });
        Add(DeviceWriteIops, Count, (throttle, rate) => throttle with { WriteIops = rate });
        return all.Count == 0 ? null : [.. all.Values];
    }

    private static long? Count(string text)
        => text.Equals("max", StringComparison.OrdinalIgnoreCase) ? -1 : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long count) ? count : null;
}
