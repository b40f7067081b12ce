using System.Net;
using PSContainer.Engine.Networks.Addresses;
using PSContainer.Engine.Plan;
using PSContainer.Engine.State;
using PSContainer.Kernel;
using PSContainer.Kernel.Netlink;

namespace PSContainer.Engine.Networks;

/// <summary>A network whose bridge is there.</summary>
/// <param name="Mtu">As the bridge has it.</param>
/// <param name="IsNew">It was made just now.</param>
internal readonly record struct Bridged(ContainerNetwork Network, int Mtu, bool IsNew);

/// <summary>
/// A network's bridge on the host: made when the first container comes, gone when the last one has left. Whoever calls holds the
/// store's lock.
/// </summary>
internal sealed class NetworkBridge(NetworkStore store, NetlinkSocket socket)
{
    private const int LinkLocalPrefix = 64;
    private static readonly IPAddress s_linkLocal = IPAddress.Parse("fe80::1");
    private const string MakeIt = "the network's bridge";

    /// <summary>Makes the bridge where it is not there; the network as it is now, since an automatic one may have moved: the caller writes it down.</summary>
    /// <exception cref="EngineException">BridgeNameTaken, SubnetInUse, ForwardingOff, NetworkNotSupported, PermissionDenied.</exception>
    public Bridged Ensure(ContainerNetwork network)
    {
        try
        {
            if (LinkInfo.Find(socket, network.Bridge) is { } link)
            {
                CheckOurs(network, link);
                if (link.Alias == AliasOf(network)) return new Bridged(network, link.Mtu, IsNew: false);
                // Its making was cut off: the alias comes last.
                socket.TrySend(LinkRequest.Delete(network.Bridge));
            }
            return Make(network);
        }
        catch (KernelException failure)
        {
            throw NetworkFailure.Explain(failure, MakeIt);
        }
    }

    public bool IsThere(ContainerNetwork network) => LinkInfo.Find(socket, network.Bridge) is { } link && IsOurs(network, link);

    private Bridged Make(ContainerNetwork network)
    {
        IReadOnlyList<IPNetwork> used = HostNetwork.UsedSubnets(socket);
        if (!network.Internal) HostNetwork.EnableForwarding(network.Range6 is not null);
        int mtu = network.Mtu ?? HostNetwork.DefaultMtu(socket);
        var refused = new List<IPNetwork>();
        while (true)
        {
            if (used.Concat(refused).Any(other => Subnets.Overlap(other, network.Range))) network = Move(network, [.. used, .. refused]);
            socket.Send(LinkRequest.NewBridge(network.Bridge, network.BridgeMac, mtu), network.Bridge);
            try
            {
                if (Furnish(network)) return new Bridged(network, mtu, IsNew: true);
            }
            catch
            {
                socket.TrySend(LinkRequest.Delete(network.Bridge));
                throw;
            }
            // Another storage root's network was faster.
            socket.TrySend(LinkRequest.Delete(network.Bridge));
            refused.Add(network.Range);
        }
    }

    /// <summary>False where somebody else has taken the subnet in this very moment: the kernel takes a route once (NLM_F_EXCL).</summary>
    private bool Furnish(ContainerNetwork network)
    {
        string bridge = network.Bridge;
        HostNetwork.IgnoreAdvertisements(bridge);
        socket.TrySend(LinkRequest.WithoutLinkLocal(bridge));
        socket.Send(LinkRequest.Raise(bridge), bridge);
        int index = LinkInfo.Find(socket, bridge)!.Index;
        Errno errno = socket.TrySend(AddressRequest.AddNetwork(index, network.Range.BaseAddress, network.Range.PrefixLength));
        if (errno == Errno.EEXIST) return false;
        if (errno != Errno.None) throw new KernelException("RTM_NEWROUTE", errno, network.Range.ToString());
        socket.Send(AddressRequest.Add(index, network.GatewayAddress, network.Range.PrefixLength, withRoute: false, out _), network.GatewayAddress.ToString());
        if (network is { Range6: { } six, GatewayAddress6: { } gateway } && HostNetwork.HasIPv6)
        {
            // What comes from elsewhere finds its neighbour only from a link-local address (RFC 4861, 7.2.2). Each link has its own.
            socket.Send(AddressRequest.Add(index, s_linkLocal, LinkLocalPrefix, withRoute: true, out _), s_linkLocal.ToString());
            socket.Send(AddressRequest.Add(index, gateway, six.PrefixLength, withRoute: true, out _), gateway.ToString());
        }
        socket.Send(LinkRequest.Describe(bridge, AliasOf(network)), bridge);
        return true;
    }

    private ContainerNetwork Move(ContainerNetwork network, IReadOnlyCollection<IPNetwork> used)
    {
        if (!network.AutomaticSubnet)
            throw new EngineException("SubnetInUse", Reason.AlreadyExists, $"The subnet {network.Range} of the network '{network.Name}' overlaps {used.First(other => Subnets.Overlap(other, network.Range))}, which this machine has a route to.",
                "Make the network anew with another -Subnet; 'ip route' shows what is in use.");
        IEnumerable<IPNetwork> others = store.All().Where(other => other.Name != network.Name).Select(other => other.Range);
        IPNetwork subnet = Subnets.Choose([.. used, .. others]);
        return network with { Range = subnet, GatewayAddress = Subnets.At(subnet, 1) };
    }

    private static void CheckOurs(ContainerNetwork network, LinkInfo link)
    {
        if (IsOurs(network, link)) return;
        throw new EngineException("BridgeNameTaken", Reason.AlreadyExists, $"The network '{network.Name}' needs the bridge {network.Bridge}, but there is a link of that name that is not its own.",
            $"'ip link show {network.Bridge}' tells what it is; remove it, or make the network anew.");
    }

    private static bool IsOurs(ContainerNetwork network, LinkInfo link) => link.Kind == "bridge" && link.Address.AsSpan().SequenceEqual(network.BridgeMac);

    // IFALIASZ is 256 with the closing NUL; of a longer path the end tells most.
    private string AliasOf(ContainerNetwork network) => $"PSContainer network {network.Name}" + RootMark(store.Root);

    /// <summary>What the alias of every bridge of a storage root ends in.</summary>
    public static string RootMark(StorageRoot root) => " of " + (root.Data.Length > 100 ? root.Data[^100..] : root.Data);
}
