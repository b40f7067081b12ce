using System.Text;
using PSContainer.Engine.State;

namespace PSContainer.Engine.Networks.Firewall;

/// <summary>
/// The one table of ours, as nft(8) reads it. Its rules never change: networks are elements of its sets, published ports
/// elements of its maps, so a packet costs the same with one port and with a thousand.
/// </summary>
public static class FirewallTable
{
    /// <summary>"pscontainer"; with a hash of the storage's folder where that is not the system's own.</summary>
    public static string Name(StorageRoot root)
    {
        if (root.Data == StorageRoot.SystemData) return "pscontainer";
        // FNV-1a. .NET's own hashes load OpenSSL, which the executable, being static, can't.
        uint hash = 2166136261;
        foreach (byte part in Encoding.UTF8.GetBytes(root.Data)) hash = (hash ^ part) * 16777619;
        return $"pscontainer-{hash:x8}";
    }

    /// <summary>Makes the table; fails where there is one, so that two at once do not both put rules into it.</summary>
    /// <remarks>
    /// Priorities are numbers because their names are not taken in every hook by nft before 1.0.8.
    /// <para>guard: route_localnet lets the host's 127.0.0.1 reach containers; it must not let them, who make any packet they like,
    /// reach what listens there (CVE-2020-8558). It sees every packet, so the address comes first: next to none has such a one.</para>
    /// <para>publish: ::1 and link-local addresses can't leave their link, so those are the relay's.</para>
    /// <para>leaving: what goes to a container from its own network by a published port comes back by the host only if it came from
    /// there. From everywhere else the client's address is kept.</para>
    /// <para>passing: members of a network among themselves (br_netfilter brings them here); nothing to or from an internal one; then what
    /// was published, for everybody; nothing else into a network.</para>
    /// </remarks>
    public static string Creation(string table) => $$"""
        create table inet {{table}}
        add set inet {{table}} bridges { type ifname; }
        add set inet {{table}} internal { type ifname; }
        add set inet {{table}} within { type ifname . ifname; }
        add set inet {{table}} masquerade4 { type ipv4_addr; flags interval; }
        add set inet {{table}} masquerade6 { type ipv6_addr; flags interval; }
        add set inet {{table}} hairpin4 { type ipv4_addr . ipv4_addr; flags interval; }
        add set inet {{table}} hairpin6 { type ipv6_addr . ipv6_addr; flags interval; }
        add map inet {{table}} anywhere4 { type inet_proto . inet_service : ipv4_addr . inet_service; }
        add map inet {{table}} anywhere6 { type inet_proto . inet_service : ipv6_addr . inet_service; }
        add map inet {{table}} address4 { type ipv4_addr . inet_proto . inet_service : ipv4_addr . inet_service; }
        add map inet {{table}} address6 { type ipv6_addr . inet_proto . inet_service : ipv6_addr . inet_service; }
        add chain inet {{table}} guard { type filter hook prerouting priority -300; policy accept; }
        add chain inet {{table}} publish
        add chain inet {{table}} arriving { type nat hook prerouting priority -100; policy accept; }
        add chain inet {{table}} own { type nat hook output priority -100; policy accept; }
        add chain inet {{table}} leaving { type nat hook postrouting priority 100; policy accept; }
        add chain inet {{table}} passing { type filter hook forward priority 0; policy accept; }
        add rule inet {{table}} guard ip saddr 127.0.0.0/8 iifname @bridges drop
        add rule inet {{table}} guard ip daddr 127.0.0.0/8 iifname @bridges drop
        add rule inet {{table}} publish dnat ip to ip daddr . meta l4proto . th dport map @address4
        add rule inet {{table}} publish dnat ip to meta l4proto . th dport map @anywhere4
        add rule inet {{table}} publish ip6 daddr { ::1, fe80::/10 } return
        add rule inet {{table}} publish dnat ip6 to ip6 daddr . meta l4proto . th dport map @address6
        add rule inet {{table}} publish dnat ip6 to meta l4proto . th dport map @anywhere6
        add rule inet {{table}} arriving fib daddr type local jump publish
        add rule inet {{table}} own fib daddr type local jump publish
        add rule inet {{table}} leaving ct status dnat ip saddr . ip daddr @hairpin4 masquerade
        add rule inet {{table}} leaving ct status dnat ip6 saddr . ip6 daddr @hairpin6 masquerade
        add rule inet {{table}} leaving oifname @bridges ip saddr 127.0.0.0/8 masquerade
        add rule inet {{table}} leaving oifname != @bridges ip saddr @masquerade4 masquerade
        add rule inet {{table}} leaving oifname != @bridges ip6 saddr @masquerade6 masquerade
        add rule inet {{table}} passing iifname . oifname @within accept
        add rule inet {{table}} passing iifname @internal drop
        add rule inet {{table}} passing oifname @internal drop
        add rule inet {{table}} passing ct state established,related accept
        add rule inet {{table}} passing oifname @bridges ct status dnat accept
        add rule inet {{table}} passing oifname @bridges drop

        """;

    /// <summary>Takes the table away with all that is in it; content where there is none.</summary>
    public static string Removal(string table) => $"add table inet {table}\ndelete table inet {table}\n";
}
