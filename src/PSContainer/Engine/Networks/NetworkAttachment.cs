using System.Text;
using PSContainer.Engine.Networks.Addresses;
using PSContainer.Engine.Networks.Firewall;
using PSContainer.Engine.Networks.Names;
using PSContainer.Engine.Networks.Ports;
using PSContainer.Engine.Plan;
using PSContainer.Engine.Plan.Build;
using PSContainer.Engine.Plan.Build.Root;
using PSContainer.Engine.Spec;
using PSContainer.Engine.State;
using PSContainer.Kernel;
using PSContainer.Kernel.Netlink;

namespace PSContainer.Engine.Networks;

/// <summary>What a start needs of the networks: what goes into the plan, and the configuration as it is for this start.</summary>
/// <param name="Spec">With the namespace of the container whose network is shared.</param>
public sealed record AttachedNetwork(RuntimeSpec Spec, IReadOnlyList<EndpointPlan> Endpoints, IReadOnlyList<NameFile> Files)
{
    /// <summary>A descriptor that the plan opens its namespace through; the caller closes it. -1 for none.</summary>
    public int Namespace { get; init; } = -1;

    /// <summary>The networks as the firewall knows them.</summary>
    public IReadOnlyList<FirewallNetwork> Networks { get; init; } = [];

    /// <summary>The firewall has not heard of all of them, or has forgotten.</summary>
    public bool HasNewNetwork { get; init; }

    /// <summary>What its neighbours are to learn (<see cref="NetworkAttachment.Announce"/>).</summary>
    public IReadOnlyList<Announcement> Announcements { get; init; } = [];

    /// <summary>Where published ports lead: to its first network that can be reached; null where there is none.</summary>
    public PortTarget? PortTarget { get; init; }
}

/// <summary>A container's way onto its networks and off them, as its supervisor goes it.</summary>
public sealed class NetworkAttachment(StorageRoot root)
{
    private readonly NetworkStore _store = new(root);

    /// <summary>Before the start: addresses are taken, bridges are there, the files with names are written.</summary>
    /// <exception cref="EngineException">Then nothing is taken.</exception>
    /// <param name="nameOf">What the container with this id is called, for errors.</param>
    public AttachedNetwork Attach(NetworkMember member, RuntimeSpec spec, Func<string, string> nameOf)
    {
        string folder = root.ContainerFolder(member.Id);
        if (ContainerNetworking.Read(folder) is not { } networking) return new AttachedNetwork(spec, [], []);
        if (networking.Mode == NetworkMode.Container) return Share(networking, folder, spec, nameOf);
        if (networking.Mode != NetworkMode.Network)
        {
            WriteFiles(folder, networking, []);
            return new AttachedNetwork(spec, [], FilesOf(folder, folder));
        }

        using IDisposable held = _store.Lock();
        // Connect-ContainerNetwork may have changed it since.
        networking = ContainerNetworking.Read(folder) ?? networking;
        var firewall = new NetworkFirewall(root);
        bool isUnknown = false;
        var members = new NetworkMembers(_store);
        var placed = new List<Endpoint>();
        var plans = new List<EndpointPlan>();
        var networks = new List<FirewallNetwork>();
        var made = new List<ContainerNetwork>();
        try
        {
            using NetlinkSocket socket = OpenSocket();
            var bridges = new NetworkBridge(_store, socket);
            foreach (Endpoint endpoint in networking.Endpoints)
            {
                Bridged bridged = bridges.Ensure(FindOrMake(endpoint.Network));
                if (bridged.IsNew)
                {
                    made.Add(bridged.Network);
                    _store.Write(bridged.Network);
                }
                string link = NetworkMembers.LinkName(member.Id, name => placed.Any(other => other.Link == name) || LinkInfo.Find(socket, name) is not null);
                isUnknown |= NetworkRules.AreMissing(firewall, bridged);
                placed.Add(members.Join(bridged.Network, endpoint, member.Id, member.Name, link));
                plans.Add(Plan(bridged.Network, placed[^1], bridged.Mtu, isFirst: plans.All(plan => plan.Gateway is null)));
                networks.Add(FirewallNetwork.Of(bridged.Network));
            }
            // A container that comes back mostly gets what it had.
            bool isMoved = !placed.SequenceEqual(networking.Endpoints);
            networking = networking with { Endpoints = placed };
            if (isMoved) networking.Write(folder);
            WriteFiles(folder, networking, OwnLines(networking, member).Concat(placed.SelectMany(endpoint => members.Neighbours(endpoint.Network, member.Id))));
            return new AttachedNetwork(spec, plans, FilesOf(folder, folder))
            {
                Networks = networks, HasNewNetwork = isUnknown, PortTarget = PortTarget.Of(placed.Zip(networks)),
                Announcements = [.. placed.Select(endpoint => members.Announce(endpoint.Network, member.Id))],
            };
        }
        catch
        {
            members.LeaveAll(member.Id);
            using NetlinkSocket socket = OpenSocket();
            // Nobody is on a bridge that was made just now, under this lock.
            foreach (ContainerNetwork network in made) NetworkSweep.Remove(_store, socket, network);
            throw;
        }
    }

    /// <summary>While the container puts itself together: its neighbours learn its name.</summary>
    public void Announce(AttachedNetwork attached)
    {
        if (attached.Announcements.Count == 0) return;
        using IDisposable held = _store.Lock();
        foreach (Announcement announcement in attached.Announcements) announcement.Tell();
    }

    /// <summary>After its end: addresses and names are given back. The kernel takes the links away with the namespace.</summary>
    /// <param name="until">What has to be done before anybody else takes its addresses; it may go on beside this.</param>
    /// <returns>Some network has nobody left: its bridge is to go (<see cref="NetworkSweep"/>).</returns>
    public bool Detach(string containerId, Action? until = null)
    {
        if (!Directory.Exists(root.Networks)) return false;
        using IDisposable held = _store.Lock();
        bool anyEmpty = new NetworkMembers(_store).LeaveAll(containerId);
        until?.Invoke();
        return anyEmpty;
    }

    /// <summary>What a start would do, for a plan that is only shown: nothing is taken or made.</summary>
    public IReadOnlyList<EndpointPlan> Preview(ContainerNetworking networking, string containerId)
    {
        var plans = new List<EndpointPlan>();
        foreach (Endpoint endpoint in networking.Endpoints)
        {
            ContainerNetwork network = _store.Find(endpoint.Network) ?? (endpoint.Network == ContainerNetwork.DefaultName ? NetworkMaking.Default(_store) : _store.Get(endpoint.Network));
            Endpoint placed = new NetworkMembers(_store).Place(network, endpoint) with { Link = NetworkMembers.LinkName(containerId, name => plans.Any(plan => plan.Link == name)) };
            plans.Add(Plan(network, placed, network.Mtu ?? 1500, isFirst: plans.All(plan => plan.Gateway is null)));
        }
        return plans;
    }

    /// <summary>Files of ours, for a container's plan.</summary>
    public static IReadOnlyList<NameFile> FilesOf(string folder, string sharedFolder) =>
    [
        new("/etc/" + HostsFile.Name, Path.Combine(sharedFolder, HostsFile.Name)),
        new("/etc/hostname", Path.Combine(folder, "hostname")),
        new("/etc/" + ResolverFile.Name, Path.Combine(sharedFolder, ResolverFile.Name)),
    ];

    internal static EndpointPlan Plan(ContainerNetwork network, Endpoint endpoint, int mtu, bool isFirst) => new(
        network.Bridge, endpoint.Link!, endpoint.Interface, endpoint.Address!, network.Range.PrefixLength, AddressChoice.ParseMac(endpoint.MacAddress!)!, mtu)
    {
        Gateway = isFirst && !network.Internal ? network.GatewayAddress : null,
        Address6 = endpoint.Address6,
        PrefixLength6 = network.Range6?.PrefixLength ?? 0,
        Gateway6 = isFirst && !network.Internal && endpoint.Address6 is not null ? network.GatewayAddress6 : null,
    };

    internal static NetlinkSocket OpenSocket()
    {
        try
        {
            return NetlinkSocket.Open();
        }
        catch (KernelException failure)
        {
            throw NetworkFailure.Explain(failure, "a handle on this machine's links");
        }
    }

    private ContainerNetwork FindOrMake(string name)
    {
        if (_store.Find(name) is { } network) return network;
        if (name != ContainerNetwork.DefaultName) return _store.Get(name);
        return NetworkMaking.Default(_store);
    }

    private AttachedNetwork Share(ContainerNetworking networking, string folder, RuntimeSpec spec, Func<string, string> nameOf)
    {
        string target = networking.Target!, shared = root.ContainerFolder(target);
        RunState? state = RunState.Read(root.RunFolder(target));
        int file = state is null ? -1 : Files.TryOpen($"/proc/{state.Init.Pid}/ns/net", OpenFlags.ReadOnly);
        // The descriptor came first: what it names is that process's own, if that is still alive now.
        if (file < 0 || !state!.Init.IsAlive)
        {
            if (file >= 0) Files.Close(file);
            throw new EngineException("ContainerNotRunning", Reason.WrongState, $"The container '{nameOf(target)}', whose network is to be shared, does not run.", "Start it first (Start-Container).");
        }
        WriteFiles(folder, networking, []);
        bool hasFiles = File.Exists(Path.Combine(shared, HostsFile.Name));
        NamespaceSpec[] namespaces = [.. spec.Linux.Namespaces.Where(known => known.Type != "network"), new NamespaceSpec("network", $"/proc/self/fd/{file}")];
        return new AttachedNetwork(spec with { Linux = spec.Linux with { Namespaces = namespaces } }, [], FilesOf(folder, hasFiles ? shared : folder)) { Namespace = file };
    }

    private static IEnumerable<string> OwnLines(ContainerNetworking networking, NetworkMember member)
        => networking.Endpoints.SelectMany(endpoint =>
            new Lease(member.Id, member.Name, endpoint.Address!, endpoint.Address6, "", "") { Aliases = endpoint.Aliases }.HostsLines(networking.Hostname));

    private static void WriteFiles(string folder, ContainerNetworking networking, IEnumerable<string> lines)
    {
        string? gateway = networking.Endpoints.FirstOrDefault(endpoint => endpoint.GatewayAddress is not null)?.Gateway?.ToString();
        IEnumerable<string> extra = networking.ExtraHosts.Select(entry => ExtraHost.Line(entry, gateway));
        string path = Path.Combine(folder, HostsFile.Name);
        if (networking.Mode == NetworkMode.Host) HostsFile.Write(path, (ReadText("/etc/hosts") ?? "").TrimEnd('\n').Split('\n').Concat(extra));
        else HostsFile.Create(path, [.. extra, .. networking.Mode == NetworkMode.None ? [$"127.0.0.1\t{networking.Hostname}"] : lines]);
        WholeFile.Write(Path.Combine(folder, "hostname"), Encoding.UTF8.GetBytes(networking.Hostname + "\n"), HostsFile.Mode);
        WholeFile.Write(Path.Combine(folder, ResolverFile.Name), Encoding.UTF8.GetBytes(ResolverFile.Text(networking, ReadText)), HostsFile.Mode);
    }

    private static string? ReadText(string path)
    {
        const int largest = 1 << 20;
        return RootedFile.Read("/", path, largest) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;
    }
}
