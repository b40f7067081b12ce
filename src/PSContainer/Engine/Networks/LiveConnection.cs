using System.Net;
using PSContainer.Engine.Networks.Addresses;
using PSContainer.Engine.Networks.Firewall;
using PSContainer.Engine.Networks.Names;
using PSContainer.Engine.Plan;
using PSContainer.Engine.Plan.Build;
using PSContainer.Engine.State;
using PSContainer.Kernel;
using PSContainer.Kernel.Netlink;

namespace PSContainer.Engine.Networks;

/// <summary>Interfaces of a container that runs, put in and taken out. Whoever calls holds the store's lock.</summary>
internal sealed class LiveConnection(NetworkStore store, NetworkMember container, RunState run)
{
    private readonly NetworkMembers _members = new(store);

    /// <summary>Makes the interface; all of it or nothing.</summary>
    /// <param name="networking">As it was before.</param>
    /// <exception cref="EngineException"/>
    public Endpoint Connect(ContainerNetworking networking, Endpoint wanted)
    {
        using NetlinkSocket socket = NetworkAttachment.OpenSocket();
        Bridged bridged = new NetworkBridge(store, socket).Ensure(store.Get(wanted.Network));
        if (bridged.IsNew) store.Write(bridged.Network);
        string link = NetworkMembers.LinkName(container.Id, name => LinkInfo.Find(socket, name) is not null);
        Endpoint endpoint;
        try
        {
            var firewall = new NetworkFirewall(store.Root);
            if (NetworkRules.AreMissing(firewall, bridged) && NetworkFirewall.IsAvailable) firewall.AddNetwork(FirewallNetwork.Of(bridged.Network));
            endpoint = _members.Join(bridged.Network, wanted, container.Id, container.Name, link);
            bool isFirst = networking.Endpoints.All(known => known.GatewayAddress is null);
            Plug(socket, NetworkAttachment.Plan(bridged.Network, endpoint, bridged.Mtu, isFirst));
        }
        catch (Exception failure) when (failure is EngineException or KernelException)
        {
            // Half a pair is none: the other end goes with it.
            socket.TrySend(LinkRequest.Delete(link));
            if (_members.Leave(wanted.Network, container.Id)) NetworkSweep.Remove(store, socket, bridged.Network);
            throw failure is KernelException kernel ? NetworkFailure.Explain(kernel, "an interface of the container") : failure;
        }
        HostsFile.Append([_members.HostsPath(container.Id)], [.. OwnLines(networking, endpoint), .. _members.Neighbours(endpoint.Network, container.Id)]);
        _members.Announce(endpoint.Network, container.Id).Tell();
        return endpoint;
    }

    /// <summary>Takes the interface out; where it was the way out, another network becomes that.</summary>
    /// <param name="rest">As it is to be afterwards.</param>
    /// <exception cref="EngineException"/>
    public void Disconnect(ContainerNetworking rest, Endpoint endpoint)
    {
        using NetlinkSocket socket = NetworkAttachment.OpenSocket();
        try
        {
            if (endpoint.Link is { } link && socket.TrySend(LinkRequest.Delete(link)) is var errno and not (Errno.None or Errno.ENODEV)) throw new KernelException("RTM_DELLINK", errno, link);
            if (endpoint.GatewayAddress is not null && rest.Endpoints.FirstOrDefault(known => known.GatewayAddress is not null) is { } other) GiveWayOut(other);
        }
        catch (KernelException failure)
        {
            throw NetworkFailure.Explain(failure, "an interface of the container");
        }
        string hosts = _members.HostsPath(container.Id);
        HostsFile.Remove([hosts], [.. OwnLines(rest, endpoint), .. _members.Neighbours(endpoint.Network, container.Id)]);
        if (_members.Leave(endpoint.Network, container.Id) && store.Find(endpoint.Network) is { } network) NetworkSweep.Remove(store, socket, network);
    }

    private void Plug(NetlinkSocket host, EndpointPlan plan)
    {
        int inside = OpenNamespace();
        try
        {
            host.Send(LinkRequest.NewVeth(plan.Link, plan.Mtu, new VethPeer(plan.Interface, plan.Mac), inside, out _), plan.Link);
            host.TrySend(LinkRequest.WithoutLinkLocal(plan.Link));
            LinkInfo bridge = LinkInfo.Find(host, plan.Bridge) ?? throw new KernelException("RTM_GETLINK", Errno.ENODEV, plan.Bridge);
            host.Send(LinkRequest.Attach(plan.Link, bridge.Index, out _), plan.Link);
            using NetlinkSocket own = NetlinkSocket.OpenIn(inside, _ => HostNetwork.Set(plan.Interface, InterfaceSettings.Of(plan.Address6 is not null)));
            int index = (LinkInfo.Find(own, plan.Interface) ?? throw new KernelException("RTM_GETLINK", Errno.ENODEV, plan.Interface)).Index;
            own.Send(AddressRequest.Add(index, plan.Address, plan.PrefixLength, withRoute: true, out _), plan.Address.ToString());
            if (plan.Address6 is { } six) own.Send(AddressRequest.Add(index, six, plan.PrefixLength6, withRoute: true, out _), six.ToString());
            own.Send(LinkRequest.Raise(plan.Interface), plan.Interface);
            foreach (IPAddress gateway in ((IPAddress?[])[plan.Gateway, plan.Gateway6]).OfType<IPAddress>())
                own.Send(AddressRequest.AddDefault(index, gateway, out _), gateway.ToString());
        }
        finally
        {
            Files.Close(inside);
        }
    }

    private void GiveWayOut(Endpoint endpoint)
    {
        ContainerNetwork network = store.Get(endpoint.Network);
        int inside = OpenNamespace();
        try
        {
            using NetlinkSocket own = NetlinkSocket.OpenIn(inside);
            if (LinkInfo.Find(own, endpoint.Interface) is not { } link) return;
            // Somebody inside may have made a default route of their own; that one stays.
            own.TrySend(AddressRequest.AddDefault(link.Index, network.GatewayAddress, out _));
            if (endpoint.Address6 is not null && network.GatewayAddress6 is { } six) own.TrySend(AddressRequest.AddDefault(link.Index, six, out _));
        }
        finally
        {
            Files.Close(inside);
        }
    }

    private int OpenNamespace()
    {
        int file = Files.TryOpen($"/proc/{run.Init.Pid}/ns/net", OpenFlags.ReadOnly);
        // The descriptor came first: what it names is that process's own, if that is still alive now.
        if (file >= 0 && run.Init.IsAlive) return file;
        if (file >= 0) Files.Close(file);
        throw new EngineException("ContainerNotRunning", Reason.WrongState, $"The container '{container.Name}' has ended meanwhile.", "Start it again (Start-Container).");
    }

    private IEnumerable<string> OwnLines(ContainerNetworking networking, Endpoint endpoint)
        => new Lease(container.Id, container.Name, endpoint.Address!, endpoint.Address6, "", "") { Aliases = endpoint.Aliases }.HostsLines(networking.Hostname);
}
