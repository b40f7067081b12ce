using System.Net;
using System.Net.Sockets;
using PSContainer.Engine.Text;

namespace PSContainer.Engine.Networks.Addresses;

/// <summary>Subnets as such: what overlaps, what can be used, and which is free.</summary>
public static class Subnets
{
    private const int LongestPrefix = 30, ShortestPrefix = 8, LongestPrefix6 = 126, ShortestPrefix6 = 8;

    /// <summary>What automatic networks are cut from: docker's ranges first, and behind them more of RFC 1918.</summary>
    public static IEnumerable<IPNetwork> Pool()
    {
        for (int i = 17; i < 32; i++) yield return new IPNetwork(new IPAddress([172, (byte)i, 0, 0]), 16);
        for (int i = 0; i < 256; i += 16) yield return new IPNetwork(new IPAddress([192, 168, (byte)i, 0]), 20);
        for (int i = 96; i < 128; i++)
            for (int n = 0; n < 256; n += 16) yield return new IPNetwork(new IPAddress([10, (byte)i, (byte)n, 0]), 20);
    }

    public static bool Overlap(IPNetwork a, IPNetwork b)
        => a.BaseAddress.AddressFamily == b.BaseAddress.AddressFamily && (a.Contains(b.BaseAddress) || b.Contains(a.BaseAddress));

    /// <summary>The first of the pool that overlaps none of these.</summary>
    /// <exception cref="EngineException">SubnetPoolExhausted.</exception>
    public static IPNetwork Choose(IReadOnlyCollection<IPNetwork> taken)
    {
        foreach (IPNetwork candidate in Pool())
            if (!taken.Any(other => Overlap(candidate, other))) return candidate;
        throw new EngineException("SubnetPoolExhausted", Reason.Exhausted, "Every subnet that a network could be given is in use on this machine.", "Name one with -Subnet, or remove networks that nobody needs.");
    }

    /// <summary>A /64 of this network's own, drawn at random (RFC 4193).</summary>
    public static IPNetwork ChooseIPv6()
    {
        byte[] bytes = new byte[16];
        bytes[0] = 0xFD;
        Kernel.RandomBytes.Fill(bytes.AsSpan(1, 5));
        return new IPNetwork(new IPAddress(bytes), 64);
    }

    /// <exception cref="EngineException">SubnetInvalid.</exception>
    public static IPNetwork Parse(string text)
    {
        int slash = text.IndexOf('/');
        if (slash < 0 || !IPAddress.TryParse(text.AsSpan(0, slash), out IPAddress? address) || !byte.TryParse(text.AsSpan(slash + 1), out byte length))
            throw Invalid(text, "it is not an address and a prefix length", "Write it as 10.5.0.0/24.");
        bool six = address.AddressFamily == AddressFamily.InterNetworkV6;
        if (!six && text[..slash].Count(c => c == '.') != 3) throw Invalid(text, "it is not a whole address", "Write it as 10.5.0.0/24.");
        (int shortest, int longest) = six ? (ShortestPrefix6, LongestPrefix6) : (ShortestPrefix, LongestPrefix);
        if (length < shortest || length > longest)
            throw Invalid(text, length > longest ? "it has no room for a gateway and a container" : "it is larger than any network can be", $"The prefix length goes from {shortest} to {longest}.");
        if (Unusable(address)) throw Invalid(text, "its addresses have another meaning", "Take a private one (RFC 1918, RFC 4193): 10.5.0.0/24, fd12:3456:789a::/64.");
        IPAddress first = First(address, length);
        if (!first.Equals(address)) throw Invalid(text, $"{address} is an address in it", $"The subnet is {first}/{length}.");
        return new IPNetwork(address, length);
    }

    /// <summary>The address so many places behind the subnet's first.</summary>
    public static IPAddress At(IPNetwork subnet, uint offset)
    {
        byte[] bytes = subnet.BaseAddress.GetAddressBytes();
        uint low = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(bytes.Length - 4));
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(bytes.Length - 4), low + offset);
        return new IPAddress(bytes);
    }

    /// <summary>How far an address of the subnet is from its first; the last four bytes decide.</summary>
    public static uint Offset(IPNetwork subnet, IPAddress address) => Low(address) - Low(subnet.BaseAddress);

    /// <summary>One behind the last offset that a container could have: the broadcast address of IPv4.</summary>
    public static uint End(IPNetwork subnet)
    {
        int bits = subnet.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? 32 - subnet.PrefixLength : Math.Min(128 - subnet.PrefixLength, 31);
        return (uint)((1UL << bits) - 1);
    }

    private static uint Low(IPAddress address)
    {
        byte[] bytes = address.GetAddressBytes();
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(bytes.Length - 4));
    }

    private static IPAddress First(IPAddress address, int length)
    {
        byte[] bytes = address.GetAddressBytes();
        for (int bit = length; bit < bytes.Length * 8; bit++) bytes[bit / 8] &= (byte)~(0x80 >> bit % 8);
        return new IPAddress(bytes);
    }

    private static bool Unusable(IPAddress address)
    {
        byte[] bytes = address.GetAddressBytes();
        return IPAddress.IsLoopback(address) || (bytes.Length == 4
            ? bytes[0] is 0 or 127 or >= 224 || bytes[0] == 169 && bytes[1] == 254
            : address.IsIPv6Multicast || address.IsIPv6LinkLocal || address.IsIPv4MappedToIPv6 || bytes[0] == 0);
    }

    private static EngineException Invalid(string text, string why, string advice)
        => new("SubnetInvalid", Reason.InvalidInput, $"'{Printable.Of(text)}' can't be a network's subnet: {why}.", advice);
}
