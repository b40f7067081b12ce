using System.Globalization;
using PSContainer.Engine.Cgroups.Limits;

namespace PSContainer.Engine.Cgroups.Hierarchy;

/// <summary>
/// The value formats of cgroupfs (cgroup-v2.rst, "Interface Files"): one number, flat keyed ("oom_kill 3"), nested keyed
/// ("8:0 rbps=1048576 wbps=max").
/// </summary>
internal static class CgroupText
{
    // v1 answers "no limit" with PAGE_COUNTER_MAX in bytes: 0x7FFFFFFFFFFFF000 with 4 KiB pages, less with larger ones.
    private const long V1Unlimited = long.MaxValue - (1 << 20);

    /// <summary>A number or "max"; null where the file is not there or holds neither.</summary>
    public static long? Number(string? text)
    {
        if (text is null) return null;
        var value = text.AsSpan().Trim();
        if (value.SequenceEqual("max")) return ContainerLimit.Unlimited;
        if (!long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            return ulong.TryParse(value, out _) ? ContainerLimit.Unlimited : null;
        }
        return number >= V1Unlimited ? ContainerLimit.Unlimited : number;
    }

    /// <summary>The number behind a key: Flat("low 0\noom_kill 3", "oom_kill") is 3.</summary>
    public static long? Flat(string? text, string key)
    {
        if (text is null) return null;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (line.Length > key.Length && line[key.Length] == ' ' && line.StartsWith(key, StringComparison.Ordinal)
                && long.TryParse(line[(key.Length + 1)..], out var number))
            {
                return number;
            }
        }
        return null;
    }

    /// <summary>The number behind NAME= in one line of a nested keyed file; null where the name is not there.</summary>
    public static long? Nested(ReadOnlySpan<char> line, string name)
    {
        while (!line.IsEmpty)
        {
            var end = line.IndexOf(' ');
            var word = end < 0 ? line : line[..end];
            line = end < 0 ? default : line[(end + 1)..];
            if (word.Length > name.Length && word[name.Length] == '=' && word.StartsWith(name, StringComparison.Ordinal))
            {
                var value = word[(name.Length + 1)..];
                return value.SequenceEqual("max") ? ContainerLimit.Unlimited : long.TryParse(value, out var number) ? number : null;
            }
        }
        return null;
    }

    /// <summary>Takes "8:16 …" apart; false where the line does not begin with a device.</summary>
    public static bool TryDevice(ReadOnlySpan<char> line, out int major, out int minor, out ReadOnlySpan<char> rest)
    {
        major = minor = 0;
        rest = default;
        var colon = line.IndexOf(':');
        var space = line.IndexOf(' ');
        if (colon <= 0 || space < colon) return false;
        rest = line[(space + 1)..];
        return int.TryParse(line[..colon], out major) && int.TryParse(line[(colon + 1)..space], out minor);
    }

    /// <summary>The v2 way to write a number: "max" for no limit.</summary>
    public static string V2(long value) => value == ContainerLimit.Unlimited ? "max" : value.ToString(CultureInfo.InvariantCulture);

    /// <summary>The v1 way: -1 for no limit.</summary>
    public static string V1(long value) => value == ContainerLimit.Unlimited ? "-1" : value.ToString(CultureInfo.InvariantCulture);
}
