using System.Runtime.InteropServices;

namespace PSContainer.Kernel.Netlink;

/// <summary>Numbers of nfnetlink and nf_tables, by their C names. tests/unit checks them against the headers.</summary>
public static class Netfilter
{
    public const int NETLINK_NETFILTER = 12, NFNLGRP_NFTABLES = 7;
    public const ushort NFNL_SUBSYS_NFTABLES = 10, NFT_MSG_GETTABLE = 1, NFT_MSG_GETCHAIN = 4;
    public const ushort NFTA_TABLE_NAME = 1, NFTA_CHAIN_TABLE = 1, NFTA_CHAIN_NAME = 3, NFTA_CHAIN_HOOK = 4, NFTA_CHAIN_POLICY = 5, NFTA_HOOK_HOOKNUM = 1;

    /// <summary>The type of a message of nf_tables: its subsystem is the upper byte.</summary>
    internal static ushort MessageType(ushort message) => (ushort)(NFNL_SUBSYS_NFTABLES << 8 | message);

    /// <summary>A message of this type is one of nf_tables.</summary>
    internal static bool IsNfTables(ushort type) => type >> 8 == NFNL_SUBSYS_NFTABLES;
}

/// <summary>struct nfgenmsg, which stands before the attributes of nfnetlink's messages.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct NfGenMsg
{
    public byte Family, Version;
    public ushort Resource;

    internal const int Size = 4;
}
