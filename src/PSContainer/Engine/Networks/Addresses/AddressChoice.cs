using System.Net;
using System.Net.Sockets;

namespace PSContainer.Engine.Networks.Addresses;

/// <summary>Which address of a network a container gets, and its MAC.</summary>
public static class AddressChoice
{
    /// <summary>
    /// The address that was asked for, else the one that it had before, else the lowest that is free.
    /// </summary>
    /// <exception cref="EngineException">AddressInvalid, AddressTaken, AddressPoolExhausted.</exception>
    public static IPAddress Choose(IPNetwork subnet, IPAddress gateway, IReadOnlyCollection<IPAddress> taken, IPAddress? wanted, IPAddress? before, string network)
    {
        if (wanted is not null)
        {
            CheckWanted(subnet, gateway, wanted, network);
            if (taken.Contains(wanted))
                throw new EngineException("AddressTaken", Reason.AlreadyExists, $"The address {wanted} is taken on the network '{network}'.", "Choose another, or leave it to the network (without -IPAddress).");
            return wanted;
        }
        if (before is not null && IsUsable(subnet, gateway, before) && !taken.Contains(before)) return before;
        var offsets = new HashSet<uint> { Subnets.Offset(subnet, gateway) };
        foreach (IPAddress address in taken)
            if (Contains(subnet, address)) offsets.Add(Subnets.Offset(subnet, address));
        for (uint offset = 1; offset < Subnets.End(subnet); offset++)
            if (!offsets.Contains(offset)) return Subnets.At(subnet, offset);
        throw new EngineException("AddressPoolExhausted", Reason.Exhausted, $"The network '{network}' ({subnet}) has no free address.",
            "Remove containers that nobody needs, or make a larger network (New-ContainerNetwork -Subnet).");
    }

    /// <exception cref="EngineException">AddressInvalid.</exception>
    public static void CheckWanted(IPNetwork subnet, IPAddress gateway, IPAddress wanted, string network)
    {
        if (!Contains(subnet, wanted))
            throw Invalid(wanted, $"it is not in the subnet {subnet} of the network '{network}'", "Choose one of that subnet, or another network.");
        if (wanted.Equals(gateway)) throw Invalid(wanted, "it is the network's gateway", "Choose another.");
        if (!IsUsable(subnet, gateway, wanted)) throw Invalid(wanted, "it means the whole network", "Choose one in between.");
    }

    /// <summary>docker's: 02:42 and the IPv4 address. So a neighbour's table stays right when an address goes to another container.</summary>
    public static byte[] MacOf(IPAddress address) => [0x02, 0x42, .. address.GetAddressBytes()];

    public static string Show(ReadOnlySpan<byte> mac)
    {
        string[] parts = new string[mac.Length];
        for (int i = 0; i < mac.Length; i++) parts[i] = mac[i].ToString("x2");
        return string.Join(':', parts);
    }

    /// <summary>Six bytes of "02:42:ac:11:00:02" or with '-'; null where the text is no MAC that a container could have.</summary>
    public static byte[]? ParseMac(string text)
    {
        string[] parts = text.Split(text.Contains('-') ? '-' : ':');
        var bytes = new byte[6];
        if (parts.Length != bytes.Length) return null;
        for (int i = 0; i < bytes.Length; i++)
            if (parts[i].Length != 2 || !byte.TryParse(parts[i], System.Globalization.NumberStyles.AllowHexSpecifier, null, out bytes[i])) return null;
        // A group's address is nobody's own; all zeros the kernel refuses.
        return (bytes[0] & 1) == 0 && bytes.Any(part => part != 0) ? bytes : null;
    }

    private static bool Contains(IPNetwork subnet, IPAddress address) => subnet.BaseAddress.AddressFamily == address.AddressFamily && subnet.Contains(address);

    private static bool IsUsable(IPNetwork subnet, IPAddress gateway, IPAddress address)
    {
        if (!Contains(subnet, address) || address.Equals(gateway) || address.Equals(subnet.BaseAddress)) return false;
        return address.AddressFamily == AddressFamily.InterNetworkV6 || Subnets.Offset(subnet, address) < Subnets.End(subnet);
    }

    private static EngineException Invalid(IPAddress address, string why, string advice)
        => new("AddressInvalid", Reason.InvalidInput, $"{address} can't be a container's address: {why}.", advice);
}
