using System.Net;
using PSContainer.Engine.Plan.Build;
using PSContainer.Kernel.Netlink;

namespace PSContainer.Engine.Networks;

/// <summary>What this machine's own network says: which subnets it uses, how large packets may be, whether it forwards them.</summary>
internal static class HostNetwork
{
    private const int UsualMtu = 1500;
    private const string Forward4 = "/proc/sys/net/ipv4/ip_forward", Forward6 = "/proc/sys/net/ipv6/conf/all/forwarding";

    public static bool HasIPv6 => File.Exists("/proc/net/if_inet6");

    /// <summary>Every network that a route leads to, without the default route.</summary>
    public static IReadOnlyList<IPNetwork> UsedSubnets(NetlinkSocket socket)
        => [.. RouteInfo.All(socket).Select(route => route.Network).Where(network => network.PrefixLength > 0)];

    /// <summary>The MTU of the link with the default route.</summary>
    public static int DefaultMtu(NetlinkSocket socket)
    {
        int link = RouteInfo.All(socket).FirstOrDefault(route => route is { Network.PrefixLength: 0, Link: > 1 })?.Link ?? 0;
        return LinkInfo.All(socket).FirstOrDefault(known => known.Index == link)?.Mtu is { } mtu and >= 68 ? mtu : UsualMtu;
    }

    /// <summary>
    /// Switches forwarding on, which no network with a way out can do without. For IPv6 the kernel would from then on ignore routers'
    /// advertisements on its own links; those that listen to them are told to go on (accept_ra 2).
    /// </summary>
    /// <exception cref="EngineException">ForwardingOff.</exception>
    public static void EnableForwarding(bool six)
    {
        if (Read(Forward4) != "1") Write(Forward4, "1");
        if (!six || Read(Forward6) is null or "1") return;
        foreach (string link in Directory.EnumerateDirectories("/proc/sys/net/ipv6/conf"))
            if (Read(link + "/accept_ra") == "1") Write(link + "/accept_ra", "2");
        Write(Forward6, "1");
    }

    /// <summary>A bridge takes no address from a container that says it is a router (CVE-2020-13401).</summary>
    public static void IgnoreAdvertisements(string link)
    {
        string path = $"/proc/sys/net/ipv6/conf/{link}/accept_ra";
        if (Read(path) is not (null or "0")) Write(path, "0");
    }

    /// <summary>Settings of a link in the namespace of the calling thread; a kernel without IPv6 has none of them.</summary>
    public static void Set(string link, IEnumerable<(string Setting, string Value)> settings)
    {
        foreach ((string setting, string value) in settings)
            if (Read(InterfaceSettings.PathOf(link, setting)) is { } known && known != value) Write(InterfaceSettings.PathOf(link, setting), value);
    }

    private static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path).TrimEnd();
        }
        catch (Exception missing) when (missing is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static void Write(string path, string value)
    {
        try
        {
            // Opened for writing alone: .NET would lock the file, and procfs takes no lock.
            int file = Kernel.Files.Open(path, Kernel.OpenFlags.WriteOnly);
            bool written = Kernel.Files.Write(file, System.Text.Encoding.ASCII.GetBytes(value));
            Kernel.Errno errno = Kernel.Syscall.Last;
            Kernel.Files.Close(file);
            if (!written) throw new Kernel.KernelException("write", errno, path);
        }
        catch (Kernel.KernelException denied)
        {
            throw new EngineException("ForwardingOff", Reason.NotSupported, $"'{path}' is not {value} and can't be set: {denied.Message}",
                $"Set it on the host (sysctl -w {path["/proc/sys/".Length..].Replace('/', '.')}={value}), or use a network without a way out (New-ContainerNetwork -Internal).", denied);
        }
    }
}
