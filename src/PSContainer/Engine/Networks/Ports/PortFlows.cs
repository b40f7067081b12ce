using System.Net;
using System.Net.Sockets;
using PSContainer.Kernel;
using PSContainer.Kernel.Netlink;

namespace PSContainer.Engine.Networks.Ports;

/// <summary>
/// What the kernel remembers of a port is forgotten when the port changes hands. It asks the firewall for the first packet of a flow alone, and UDP
/// has no connection whose end would tell it: whoever sends from one port all the time would be led to the former holder for ever. All of it
/// is to be called after the firewall was told, or the next packet brings the old back.
/// </summary>
public static class PortFlows
{
    /// <summary>UDP ports lead to a container from now on: what leads elsewhere, to another container or to the sockets of this machine, is forgotten.</summary>
    public static void Redirect(IReadOnlyCollection<PortBinding> bindings, IPAddress? address4, IPAddress? address6)
    {
        if (Udp(bindings) is not { Length: > 0 } ports) return;
        HashSet<IPAddress>? own = null;
        ILookup<int, PortBinding> byPort = ports.ToLookup(binding => binding.HostPort);
        foreach (IPAddress? target in (IPAddress?[])[address4, address6])
        {
            if (target is null) continue;
            Try(() => Conntrack.Forget(Filter(target.AddressFamily, ports, isTranslated: false), flow =>
            {
                foreach (PortBinding binding in byPort[flow.Port])
                    if (IsOf(flow, binding)) return !Leads(flow, binding, target) && (flow.IsTranslated || IsOwn(flow.Address, ref own));
                return false;
            }));
        }
    }

    /// <summary>UDP ports do not lead to a container any more. TCP connections go on until one side ends them.</summary>
    public static void TakeBack(IReadOnlyCollection<PortBinding> bindings, IPAddress? address4, IPAddress? address6)
    {
        if (Udp(bindings) is { Length: > 0 } ports) Forget(ports, address4, address6);
    }

    /// <summary>A container is gone: connections to it as well. A client whose packets reach nobody learns of it now.</summary>
    public static void Forget(IReadOnlyCollection<PortBinding> bindings, IPAddress? address4, IPAddress? address6)
    {
        foreach (IPAddress? target in (IPAddress?[])[address4, address6])
        {
            if (target is null || bindings.Count == 0) continue;
            ILookup<int, PortBinding> byPort = bindings.ToLookup(binding => binding.HostPort);
            Try(() => Conntrack.Forget(Filter(target.AddressFamily, bindings, isTranslated: true), flow =>
            {
                if (!flow.IsTranslated) return false;
                foreach (PortBinding binding in byPort[flow.Port])
                    if (IsOf(flow, binding) && Leads(flow, binding, target)) return true;
                return false;
            }));
        }
    }

    private static PortBinding[] Udp(IReadOnlyCollection<PortBinding> bindings)
    {
        foreach (PortBinding binding in bindings)
            if (binding.Protocol == PortProtocol.Udp) return [.. bindings.Where(other => other.Protocol == PortProtocol.Udp)];
        return [];
    }

    // A machine may remember a hundred thousand flows. One port is what the kernel can be asked for.
    private static FlowFilter Filter(AddressFamily family, IReadOnlyCollection<PortBinding> bindings, bool isTranslated)
    {
        PortBinding first = bindings.First();
        bool isOnePort = true, isOneProtocol = true;
        foreach (PortBinding binding in bindings)
        {
            isOneProtocol &= binding.Protocol == first.Protocol;
            isOnePort &= isOneProtocol && binding.HostPort == first.HostPort;
        }
        return new FlowFilter(family, isOneProtocol ? Number(first.Protocol) : null, isOnePort ? first.HostPort : null, isTranslated);
    }

    private static int Number(PortProtocol protocol) => protocol == PortProtocol.Udp ? Flow.Udp : Flow.Tcp;

    private static bool IsOf(Flow flow, PortBinding binding)
        => flow.Protocol == Number(binding.Protocol) && flow.Port == binding.HostPort && binding.Takes(flow.Address.AddressFamily)
            && (binding.IsAnywhere || flow.Address.Equals(binding.HostAddress));

    private static bool Leads(Flow flow, PortBinding binding, IPAddress target) => flow.LeadsTo.Equals(target) && flow.LeadsToPort == binding.ContainerPort;

    // Flows through this machine have the same ports: DNS of the containers, say.
    private static bool IsOwn(IPAddress address, ref HashSet<IPAddress>? own)
    {
        if (IPAddress.IsLoopback(address)) return true;
        if (own is not null) return own.Contains(address);
        HashSet<IPAddress> read = own = [];
        using NetlinkSocket socket = NetlinkSocket.Open();
        AddressRequest.ReadAll(socket, known => read.Add(known));
        return own.Contains(address);
    }

    private static void Try(Action forget)
    {
        try
        {
            forget();
        }
        catch (KernelException)
        {
            // A kernel without ctnetlink: its memory runs out by itself where a flow falls silent. No port is refused for that.
        }
    }
}
