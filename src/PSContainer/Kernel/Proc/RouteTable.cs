using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace PSContainer.Kernel.Proc;

/// <summary>
/// /proc/PID/net/route and ipv6_route: the routes of a process's network namespace, which everybody may read.
/// <code>
/// eth0    00000000    0101A8C0    0003    0    0    0    00000000    0    0    0
/// </code>
/// </summary>
public static class RouteTable
{
    /// <summary>"default via 192.168.1.1 dev eth0", as ip-route(8) has it; the first line of the file is a heading.</summary>
    public static IEnumerable<string> Parse4(string text)
    {
        const int device = 0, destination = 1, gateway = 2, mask = 7;
        foreach (string line in text.Split('\n').Skip(1))
        {
            string[] fields = line.Split('\t', StringSplitOptions.TrimEntries);
            if (fields.Length <= mask || Address4(fields[destination]) is not { } to || Address4(fields[gateway]) is not { } via || Address4(fields[mask]) is not { } bits) continue;
            yield return Text(to, BitsOf(bits), via, fields[device]);
        }
    }

    /// <summary>The same of IPv6: without those to single addresses, and without those that lead nowhere.</summary>
    public static IEnumerable<string> Parse6(string text)
    {
        const int destination = 0, length = 1, gateway = 4, flags = 8, device = 9;
        const uint up = 0x1, reject = 0x200;
        foreach (string line in text.Split('\n'))
        {
            string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length <= device || Address6(fields[destination]) is not { } to || Address6(fields[gateway]) is not { } via) continue;
            if (!byte.TryParse(fields[length], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out byte bits) || !uint.TryParse(fields[flags], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out uint set)) continue;
            if (bits == 128 || (set & up) == 0 || (set & reject) != 0 || to.IsIPv6Multicast) continue;
            yield return Text(to, bits, via, fields[device]);
        }
    }

    private static string Text(IPAddress to, int bits, IPAddress via, string device)
    {
        bool isDirect = via.Equals(IPAddress.Any) || via.Equals(IPAddress.IPv6Any);
        return (bits == 0 ? "default" : $"{to}/{bits}") + (isDirect ? "" : $" via {via}") + $" dev {device}";
    }

    // The bytes of the address lie as in memory, and are printed as one number of this machine's order.
    private static IPAddress? Address4(string digits)
        => uint.TryParse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out uint number) ? new IPAddress(number) : null;

    private static IPAddress? Address6(string digits) => digits.Length == 32 && digits.All(char.IsAsciiHexDigit) ? new IPAddress(Convert.FromHexString(digits)) : null;

    private static int BitsOf(IPAddress mask) => mask.AddressFamily == AddressFamily.InterNetwork ? mask.GetAddressBytes().Sum(part => int.PopCount(part)) : 0;
}
