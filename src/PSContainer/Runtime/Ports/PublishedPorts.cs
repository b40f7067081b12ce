using System.Net;
using System.Net.Sockets;
using PSContainer.Engine;
using PSContainer.Engine.Containers;
using PSContainer.Engine.Networks;
using PSContainer.Engine.Networks.Firewall;
using PSContainer.Engine.Networks.Ports;
using PSContainer.Engine.State;
using PSContainer.Kernel;

namespace PSContainer.Runtime.Ports;

/// <summary>
/// One container's published ports: the sockets that hold them, the firewall's elements that lead to the container, and the relay for
/// what the firewall does not take.
/// </summary>
internal sealed class PublishedPorts : IDisposable
{
    private readonly StorageRoot _root;
    private readonly string _id, _containerName;
    private readonly NetworkFirewall _firewall;
    private readonly Watch _watch = new();
    private readonly Relay _relay;
    private readonly Dictionary<PortBinding, PortListener> _held = [];
    private readonly List<string> _warnings = [];
    private ControlSocket? _control;
    private FirewallRun? _run;
    private PortTarget? _target;
    private string _runFolder = "";
    private bool _isByFirewall;

    private PublishedPorts(StorageRoot root, ContainerRecord record)
    {
        (_root, _id, _containerName) = (root, record.Id, record.Name);
        _firewall = new NetworkFirewall(root);
        _relay = new Relay(_watch);
    }

    /// <summary>Polls readable when <see cref="Turn"/> has something to do.</summary>
    public int Descriptor => _watch.Descriptor;

    /// <summary>Milliseconds after which Turn has something to do in any case; -1 for never.</summary>
    public int Timeout => _relay.Timeout;

    /// <summary>What could be done only in part.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>Takes all the ports of the machine that a container is to have, or none.</summary>
    /// <exception cref="EngineException"><see cref="PortListener.Take"/></exception>
    public static PublishedPorts Take(StorageRoot root, ContainerRecord record)
    {
        var ports = new PublishedPorts(root, record);
        try
        {
            ports.Hold(record.Ports);
            return ports;
        }
        catch
        {
            ports.Dispose();
            throw;
        }
    }

    /// <summary>Starts telling the firewall, which goes on while the container is made; what it is told is on record before.</summary>
    /// <param name="runFolder">The container's.</param>
    /// <exception cref="EngineException">PortWithoutNetwork; <see cref="FirewallRun.Finish"/></exception>
    public void Begin(AttachedNetwork attached, string runFolder)
    {
        _runFolder = runFolder;
        _target = attached.PortTarget;
        if (_target is null && _held.Count > 0) throw WithoutNetwork();
        if (_held.Count == 0 && !attached.HasNewNetwork) return;
        _isByFirewall = NetworkFirewall.IsAvailable;
        if (_isByFirewall)
        {
            FirewallChange change = _firewall.NewChange();
            foreach (FirewallNetwork network in attached.Networks) change.Add(network);
            string? obstacle = ForwardingObstacle.Find(_firewall.Table);
            if (obstacle is not null) Warn(obstacle);
            else if (_target is not null) change.Publish([.. _held.Keys], _target.Address4, _target.Address6);
            _isByFirewall = obstacle is null;
            if (_held.Count > 0) Write();
            _run = _firewall.Begin(change);
            return;
        }
        if (_held.Count > 0) Write();
        if (attached.Networks.Any(network => network.IsInternal)) throw NftCommand.Missing($"a network of '{_containerName}' is internal, and nothing would keep it so.");
        _warnings.Add("nft is not installed: published ports are carried by the container's supervisor, so that the container sees the network's gateway in place of the client's address; "
            + "the container has no way out of this machine; and networks reach each other. Install it (Debian: apt install nftables).");
    }

    private void Warn(string obstacle)
    {
        _warnings.Add($"Another firewall drops what this machine forwards (nft list chain {obstacle}): containers have no way out of this machine"
            + (_held.Count > 0 ? ", and published ports are carried by the container's supervisor, so that the container sees the network's gateway in place of the client's address" : "")
            + ". Where that is docker's, iptables and ip6tables -I DOCKER-USER -o pc-+ -j ACCEPT, and the same with -i, let containers through.");
    }

    /// <summary>Begins to listen for changes.</summary>
    public void Listen() => _control = new ControlSocket(_watch, _runFolder, Handle);

    /// <summary>Waits until the firewall knows, or has refused: what is on its way can't be taken back before.</summary>
    public void Settle()
    {
        _run?.Dispose();
        _run = null;
    }

    /// <summary>Once the container runs: waits for the firewall, and begins to relay.</summary>
    /// <exception cref="EngineException"><see cref="FirewallRun.Finish"/></exception>
    public void Finish()
    {
        _run?.Finish();
        Settle();
        Redirect(_held.Keys);
        OpenWays(_held.Keys);
        foreach (PortListener listener in _held.Values) Carry(listener);
    }

    /// <summary>Does what is to be done now.</summary>
    public void Turn()
    {
        _watch.Turn();
        if (_relay.Timeout >= 0) _relay.Expire();
    }

    /// <summary>Gives the ports back; out of the firewall they are taken by <see cref="PortState.Clear"/>.</summary>
    public void Dispose()
    {
        Settle();
        _control?.Dispose();
        _control = null;
        _relay.Dispose();
        foreach (PortListener listener in _held.Values) listener.Dispose();
        _held.Clear();
        _watch.Dispose();
    }

    private IReadOnlyList<PortBinding> Handle(ControlRequest request) => request.Action switch
    {
        ControlAction.PublishPort => Publish(request.Ports),
        ControlAction.UnpublishPort => Unpublish(request.Ports),
        ControlAction.FollowNetwork => FollowNetwork(),
        _ => throw new EngineException("ControlInvalid", Reason.InvalidInput, "This request is none that a supervisor knows."),
    };

    private IReadOnlyList<PortBinding> Publish(IReadOnlyList<PortBinding> wanted)
    {
        if (_target is null) throw WithoutNetwork();
        IReadOnlyList<PortBinding> taken = Hold(wanted);
        try
        {
            _isByFirewall = _isByFirewall || _held.Count == taken.Count && NetworkFirewall.IsAvailable && ForwardingObstacle.Find(_firewall.Table) is null;
            if (_isByFirewall) _firewall.Publish(_target!.Network, taken, _target.Address4, _target.Address6);
            Redirect(taken);
            OpenWays(taken);
            foreach (PortBinding binding in taken) Carry(_held[binding]);
            Write();
            return taken;
        }
        catch
        {
            foreach (PortBinding binding in taken) Release(binding);
            throw;
        }
    }

    private EngineException WithoutNetwork()
        => new("PortWithoutNetwork", Reason.WrongState, $"The container '{_containerName}' has no network that a port of this machine could lead to.", "Make it with -Network Bridge, or with a network that is not internal.");

    private IReadOnlyList<PortBinding> Unpublish(IReadOnlyList<PortBinding> unwanted)
    {
        PortBinding[] found = [.. unwanted.Where(_held.ContainsKey)];
        if (_isByFirewall && _target is not null)
        {
            _firewall.Unpublish(found, _target.Address4, _target.Address6);
            PortFlows.TakeBack(found, _target.Address4, _target.Address6);
        }
        foreach (PortBinding binding in found) Release(binding);
        Write();
        return found;
    }

    private IReadOnlyList<PortBinding> Hold(IReadOnlyList<PortBinding> wanted)
    {
        var taken = new List<PortListener>();
        try
        {
            foreach (PortBinding binding in wanted) taken.Add(PortListener.Take(binding, new PortHolder(_root).Find));
        }
        catch
        {
            foreach (PortListener listener in taken) listener.Dispose();
            throw;
        }
        foreach (PortListener listener in taken) _held[listener.Binding] = listener;
        return [.. taken.Select(listener => listener.Binding)];
    }

    private void Release(PortBinding binding)
    {
        _relay.Remove(binding);
        if (_held.Remove(binding, out PortListener? listener)) listener.Dispose();
    }

    private void Carry(PortListener listener)
        => _relay.Add(listener, (_target?.Address4 ?? _target?.Address6) is { } address ? new SocketName(address, listener.Binding.ContainerPort) : default(SocketName?));

    // Whoever asks has written the networks down, and keeps others from changing them until this is done.
    private IReadOnlyList<PortBinding> FollowNetwork()
    {
        PortBinding[] held = [.. _held.Keys];
        var store = new NetworkStore(_root);
        PortTarget? target = PortTarget.Of(
            from endpoint in ContainerNetworking.Read(_root.ContainerFolder(_id))?.Endpoints ?? []
            let network = store.Find(endpoint.Network)
            where network is not null
            select (endpoint, FirewallNetwork.Of(network)));
        if (target == _target) return held;
        if (_isByFirewall && held.Length > 0)
        {
            FirewallChange change = _firewall.NewChange().Unpublish(held, _target?.Address4, _target?.Address6);
            if (target is null) _firewall.Remove(change);
            else _firewall.Apply(change.Add(target.Network).Publish(held, target.Address4, target.Address6));
        }
        if (_isByFirewall) PortFlows.TakeBack(held, _target?.Address4, _target?.Address6);
        _target = target;
        Redirect(held);
        OpenWays(held);
        foreach (PortListener listener in _held.Values)
        {
            _relay.Remove(listener.Binding);
            Carry(listener);
        }
        if (held.Length > 0) Write();
        return held;
    }

    private void Write() => new PortState
    {
        ContainerName = _containerName, Bindings = [.. _held.Keys], Address4 = _target?.Address4, Address6 = _target?.Address6, IsByFirewall = _isByFirewall,
    }.Write(_runFolder);

    private void Redirect(IReadOnlyCollection<PortBinding> bindings)
    {
        if (_isByFirewall && _target is not null) PortFlows.Redirect(bindings, _target.Address4, _target.Address6);
    }

    private void OpenWays(IEnumerable<PortBinding> bindings)
    {
        if (!_isByFirewall || _target is null) return;
        // The kernel lets nothing from 127.0.0.1 out of a link, and no answer in, unless it is told (ip-sysctl.rst, route_localnet).
        // The table's own rules see to it that nobody but this machine gains by that.
        bool fromLoopback = bindings.Any(binding => binding.Takes(AddressFamily.InterNetwork) && (binding.IsAnywhere || IPAddress.IsLoopback(binding.HostAddress!)));
        if (fromLoopback && !Set($"/proc/sys/net/ipv4/conf/{_target.Network.Bridge}/route_localnet"))
            _warnings.Add($"127.0.0.1 does not reach the container's ports, since route_localnet of {_target.Network.Bridge} can't be set; this machine's other addresses do.");
        // Where br_netfilter hands a bridge's frames to the firewall, a container that asks for its own port is sent back where it came from.
        if (bindings.Any()) Set($"/sys/class/net/{_target.Link}/brport/hairpin_mode");
    }

    private static bool Set(string path)
    {
        int file = Files.TryOpen(path, OpenFlags.WriteOnly);
        if (file < 0) return false;
        bool written = Files.Write(file, "1"u8);
        Files.Close(file);
        return written;
    }
}
