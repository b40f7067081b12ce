using System.Net;
using PSContainer.Engine.Plan.Build.Root;
using PSContainer.Kernel;
using PSContainer.Kernel.Netlink;

namespace PSContainer.Engine.Plan.Build;

/// <summary>One interface of a container, and the bridge that its other end is attached to.</summary>
/// <param name="Bridge">The bridge's name on the host; it is there when the plan runs.</param>
/// <param name="Link">The name of the host's half of the veth pair.</param>
/// <param name="Interface">The name inside: eth0.</param>
/// <param name="Address">IPv4 address.</param>
/// <param name="PrefixLength">How long its network's prefix is.</param>
/// <param name="Mac">Six bytes.</param>
public sealed record EndpointPlan(string Bridge, string Link, string Interface, IPAddress Address, int PrefixLength, byte[] Mac, int Mtu)
{
    /// <summary>The way out; null where there is none, or another interface has it.</summary>
    public IPAddress? Gateway { get; init; }
    public IPAddress? Address6 { get; init; }
    public int PrefixLength6 { get; init; }
    public IPAddress? Gateway6 { get; init; }
}

/// <summary>
/// The container's interfaces. The child makes each pair itself, by a socket that was opened in the host's namespace: so the host's
/// half is made there and attached, and its own half is born inside under its right name. No link is ever renamed or moved.
/// A child that is nobody to the host may not use that socket: then its namespace is there before it, and the parent makes the pair.
/// </summary>
internal sealed class NetworkSteps
{
    private const string HostSocket = "the host's rtnetlink", OwnSocket = "rtnetlink";

    private readonly PlanDraft _draft;
    private readonly IReadOnlyList<EndpointPlan> _endpoints;
    private readonly Slot? _hostSocket;
    private readonly Slot? _ready;

    /// <param name="ready">The container's network namespace, where it is there already.</param>
    public NetworkSteps(PlanDraft draft, IReadOnlyList<EndpointPlan> endpoints, Slot? ready)
    {
        (_draft, _endpoints, _ready) = (draft, endpoints, ready);
        if (endpoints.Count == 0) return;
        // Opened while the parent is still there.
        Slot host = OpenSocket(draft, HostSocket, "a handle on the host's links: it belongs to the namespace that it was made in");
        _hostSocket = host;
        if (ready is not { } inside) return;
        foreach (EndpointPlan endpoint in endpoints) MakePair(draft, host, inside, endpoint);
        draft.Add(Call.Close, "the handle has served", [host]);
    }

    public void Add()
    {
        if (_hostSocket is not { } host) return;
        if (_ready is { } inside) _draft.Add(Call.Setns, "its network namespace, with its links in it", [inside, PlanDraft.Flags((long)CloneFlags.NewNet, "CLONE_NEWNET")]);
        else MakePairs(host);
        Slot socket = OpenSocket(_draft, OwnSocket, "a handle on the links inside");
        foreach (EndpointPlan endpoint in _endpoints) Configure(_draft, socket, endpoint);
        _draft.Add(Call.Close, "the handle has served", [socket]);
    }

    private void MakePairs(Slot host)
    {
        Slot own = _draft.Add(Call.Openat, "this namespace, to have links born in it",
            [PlanDraft.WorkingDirectory, "/proc/self/ns/net", PlanDraft.Flags(OpenFlags.CloseOnExec, "O_RDONLY")], result: "net namespace", subject: "/proc/self/ns/net");
        foreach (EndpointPlan endpoint in _endpoints) MakePair(_draft, host, own, endpoint);
        _draft.Add(Call.Close, "from here on the host's links are out of reach", [host]);
        _draft.Add(Call.Close, "it has served", [own]);
    }

    private static void MakePair(PlanDraft draft, Slot host, Slot own, EndpointPlan endpoint)
    {
        NetlinkMessage pair = LinkRequest.NewVeth(endpoint.Link, endpoint.Mtu, new VethPeer(endpoint.Interface, endpoint.Mac), 0, out int namespaceAt);
        Ask(draft, host, pair, $"{{RTM_NEWLINK, veth {endpoint.Link}, mtu {endpoint.Mtu}, peer {endpoint.Interface} {Shown(endpoint.Mac)} in {own}}}",
            $"a cable: one end on the host, the other is {endpoint.Interface} in here", endpoint.Link, [(namespaceAt, own)]);
        Ask(draft, host, LinkRequest.WithoutLinkLocal(endpoint.Link), $"{{RTM_SETLINK, {endpoint.Link}, addrgenmode none}}",
            "the host's end carries frames, and needs no address", endpoint.Link, tolerate: [Errno.EAFNOSUPPORT, Errno.EOPNOTSUPP, Errno.EINVAL]);
        Slot bridge = Ask(draft, host, LinkRequest.Get(endpoint.Bridge), $"{{RTM_GETLINK, {endpoint.Bridge}}}", "the bridge's number", endpoint.Bridge, result: endpoint.Bridge);
        Ask(draft, host, LinkRequest.Attach(endpoint.Link, 0, out int masterAt), $"{{RTM_SETLINK, {endpoint.Link}, up, master {bridge}}}",
            "plugged into the network's bridge", endpoint.Link, [(masterAt, bridge)]);
    }

    private static void Configure(PlanDraft draft, Slot socket, EndpointPlan endpoint)
    {
        string name = endpoint.Interface;
        Slot link = Ask(draft, socket, LinkRequest.Get(name), $"{{RTM_GETLINK, {name}}}", "its number", name, result: name);
        foreach ((string setting, string value) in InterfaceSettings.Of(endpoint.Address6 is not null))
            // In the caller's own namespace, whoever has mounted the procfs; a kernel without IPv6 has none of them.
            draft.Add(Call.WriteFile, "nobody on this network may change its addresses or routes",
                [.. InRoot.HowArguments(PlanDraft.WorkingDirectory, InterfaceSettings.PathOf(name, setting), OpenFlags.WriteOnly | OpenFlags.CloseOnExec, 0, Resolve.None), value, value.Length],
                tolerate: [Errno.ENOENT, Errno.EROFS], subject: InterfaceSettings.PathOf(name, setting));

        AddAddress(draft, socket, link, endpoint, endpoint.Address, endpoint.PrefixLength);
        if (endpoint.Address6 is { } six) AddAddress(draft, socket, link, endpoint, six, endpoint.PrefixLength6);
        Ask(draft, socket, LinkRequest.Raise(name), $"{{RTM_SETLINK, {name}, up}}", "up", name);
        AddDefault(draft, socket, link, endpoint.Gateway);
        AddDefault(draft, socket, link, endpoint.Gateway6);
    }

    private static void AddAddress(PlanDraft draft, Slot socket, Slot link, EndpointPlan endpoint, IPAddress address, int prefixLength)
    {
        NetlinkMessage request = AddressRequest.Add(0, address, prefixLength, withRoute: true, out int at);
        Ask(draft, socket, request, $"{{RTM_NEWADDR, {address}/{prefixLength}, dev {link}}}", $"the address of {endpoint.Interface}", address.ToString(), [(at, link)]);
    }

    private static void AddDefault(PlanDraft draft, Slot socket, Slot link, IPAddress? gateway)
    {
        if (gateway is null) return;
        NetlinkMessage request = AddressRequest.AddDefault(0, gateway, out int at);
        Ask(draft, socket, request, $"{{RTM_NEWROUTE, default via {gateway}, dev {link}}}", "the way out, through the bridge", gateway.ToString(), [(at, link)]);
    }

    private static Slot OpenSocket(PlanDraft draft, string name, string why)
        => draft.Add(Call.Socket, why,
            [PlanDraft.Flags(Rtnetlink.AF_NETLINK, "AF_NETLINK"), PlanDraft.Flags(Rtnetlink.SOCK_RAW | OpenFlags.CloseOnExec, "SOCK_RAW"), PlanDraft.Flags(Rtnetlink.NETLINK_ROUTE, "NETLINK_ROUTE")], result: name);

    private static Slot Ask(PlanDraft draft, Slot socket, NetlinkMessage request, string shown, string why, string subject,
        (int Offset, Slot Slot)[]? filled = null, string? result = null, Errno[]? tolerate = null)
    {
        byte[] bytes = request.ToArray();
        return draft.Add(Call.Rtnetlink, why, [socket, new Argument.Bytes(bytes, shown) { Filled = filled ?? [] }, bytes.Length], result: result, tolerate: tolerate, subject: subject);
    }

    private static string Shown(byte[] mac) => Convert.ToHexString(mac).ToLowerInvariant();
}
