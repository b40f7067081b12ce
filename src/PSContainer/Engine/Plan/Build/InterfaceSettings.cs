namespace PSContainer.Engine.Plan.Build;

/// <summary>What a container's interface is told about IPv6 before it is up (ip-sysctl in the kernel's documentation), as docker tells it.</summary>
internal static class InterfaceSettings
{
    /// <summary>
    /// Without an IPv6 address of ours it has none at all. With one, a router advertisement from a neighbour changes nothing
    /// (CVE-2020-13401).
    /// </summary>
    public static (string Setting, string Value)[] Of(bool hasAddress6)
        => hasAddress6 ? [("disable_ipv6", "0"), ("accept_ra", "0")] : [("disable_ipv6", "1")];

    public static string PathOf(string link, string setting) => $"/proc/sys/net/ipv6/conf/{link}/{setting}";
}
