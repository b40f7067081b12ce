using PSContainer.Engine.Cgroups;
using PSContainer.Engine.Containers.Limits;
using PSContainer.Engine.Containers.Security;
using PSContainer.Engine.Images.Config;
using PSContainer.Engine.Networks;
using PSContainer.Engine.Networks.Ports;
using PSContainer.Engine.State;
using PSContainer.Engine.Text;

namespace PSContainer.Engine.Containers;

/// <summary>
/// A container as PowerShell shows it: what was so when it was asked for. Usage and Limit are read from the kernel each
/// time.
/// </summary>
public sealed class Container
{
    private readonly ContainerRecord _record;
    private readonly RunState? _run;
    private readonly ExitRecord? _exit;

    internal Container(ContainerRecord record, RunState? run, ContainerStatus status, ExitRecord? exit, ContainerNetworking? networking, PortState? ports)
    {
        _record = record;
        _run = run;
        _exit = exit;
        Status = status;
        NetworkMode = networking?.Mode ?? NetworkMode.None;
        Endpoints = [.. networking?.Endpoints ?? []];
        PortState? held = IsAlive ? ports : null;
        Ports = [.. (IsAlive ? held?.Bindings ?? [] : record.Ports).Select(binding => PublishedPort.Of(binding, record.Name, held))];
    }

    public string Name => _record.Name;

    /// <summary>32 hexadecimal digits.</summary>
    public string Id => _record.Id;
    public string ShortId => ContainerId.Short(Id);
    public ContainerStatus Status { get; }

    /// <summary>The host's number of the container's first process; null where none runs.</summary>
    public int? Pid => IsAlive ? _run!.Init.Pid : null;

    /// <summary>When that process started, in clock ticks after boot: with the number, it is one process for ever.</summary>
    public ulong? PidStartTime => IsAlive ? _run!.Init.StartTime : null;

    /// <summary>What the root is: the image; "(host)" for this machine's own under a throwaway layer; else the folder.</summary>
    public string Image => _record.Image;

    /// <summary>The digest of the image's configuration; null where no image is below.</summary>
    public string? ImageId => _record.From?.Id.ToString();

    /// <summary>"8080/tcp": what its image says that it listens on.</summary>
    public Listing<string> ExposedPorts => [.. _record.From?.ExposedPorts ?? []];

    /// <summary>How its image would have its health looked after; nothing here runs it.</summary>
    public Healthcheck? Healthcheck => _record.From?.Healthcheck;

    /// <summary>The signal that asks it to end.</summary>
    public string StopSignal => _record.StopSignal ?? "TERM";
    public string Command => _record.Command;
    public DateTimeOffset Created => _record.Created;

    /// <summary>How the last run ended: the exit status, or 128 and the signal's number; null while it runs or never ran.</summary>
    public int? ExitCode => IsAlive ? null : _exit?.Code;
    public DateTimeOffset? Finished => IsAlive ? null : _exit?.Finished;

    /// <summary>The kernel killed something in it for want of memory, in this run or, where it is stopped, the last.</summary>
    public bool OomKilled => IsAlive ? Cgroup is { } cgroup && cgroup.OomKills > 0 : _exit?.OomKilled ?? false;

    public Pairs Labels => new(_record.Labels);
    public bool AutoRemove => _record.AutoRemove;

    /// <summary>What is open in its wall; "default" where nothing is.</summary>
    public ContainerSecurity Security => _record.Security;

    /// <summary>Who its users are outside: "Host" where they are this machine's own, else ranges of ids ("0:100000:65536").</summary>
    public string UserNamespace => _record.Security.UserNamespace;

    /// <summary>The cgroup, as paths below the hierarchies' roots; null where nothing runs.</summary>
    public string? CgroupPath => IsAlive ? _run!.CgroupPath : null;

    /// <summary>What the kernel holds it to; null where nothing runs.</summary>
    public LimitValues? Limit => Cgroup is { } cgroup ? new LimitValues(cgroup.ReadLimit()) : null;

    /// <summary>What it uses at this moment; null where nothing runs.</summary>
    public ContainerUsage? Usage => Cgroup?.ReadUsage();

    /// <summary>None, Host, Container (another one's), or Network: then <see cref="Networks"/> names them.</summary>
    public NetworkMode NetworkMode { get; }

    /// <summary>The networks that it is on, running or not.</summary>
    public Listing<string> Networks => [.. Endpoints.Select(endpoint => endpoint.Network)];

    /// <summary>Its places on them: addresses as they are, or as they were when it last ran.</summary>
    public Listing<Endpoint> Endpoints { get; }

    /// <summary>Its address on the first of them; null where nothing runs.</summary>
    public string? IPAddress => Current?.IPAddress;
    public string? IPv6Address => Current?.IPv6Address;
    public string? MacAddress => Current?.MacAddress;

    /// <summary>The ports of this machine that lead to it now; where nothing runs, those that will at the next start.</summary>
    public Listing<PublishedPort> Ports { get; }

    public override string ToString() => Name;

    internal ContainerRecord Record => _record;
    internal RunState? Run => _run;
    internal bool IsAlive => _run is not null && Status is not (ContainerStatus.Stopped or ContainerStatus.Creating);
    private Endpoint? Current => IsAlive ? Endpoints.FirstOrDefault() : null;
    internal ContainerCgroup? Cgroup => CgroupPath is { } path ? ContainerCgroup.Open(path) : null;
}
