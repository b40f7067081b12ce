using System.Globalization;
using PSContainer.Engine.Containers.Wishes;
using PSContainer.Engine.Text;
using PSContainer.Kernel;

namespace PSContainer.Engine.Containers.Security;

/// <summary>Which capabilities a container has: the default ones, with those added and without those dropped (moby, oci/caps).</summary>
public static class CapabilityWish
{
    public const string All = "ALL";
    private const string Prefix = "CAP_";

    /// <summary>Every name, without its "CAP_", for completion.</summary>
    public static IEnumerable<string> Names => Enum.GetNames<Capability>().Select(name => name[Prefix.Length..]).Prepend(All);

    /// <summary>The bounding set, in the kernel's order but for the defaults, which keep docker's.</summary>
    /// <param name="spec">Checked.</param>
    public static IReadOnlyList<string> Resolve(SecuritySpec spec)
    {
        if (!spec.Privileged && spec.CapAdd.Count == 0 && spec.CapDrop.Count == 0) return DefaultProfile.Capabilities;
        string[] add = [.. spec.CapAdd.Select(Whole)], drop = [.. spec.CapDrop.Select(Whole)];
        if (spec.Privileged) return Held();
        if (drop.Contains(All)) return [.. add.Where(name => name != All).Distinct()];
        if (add.Contains(All)) return [.. Held().Except(drop)];
        return [.. DefaultProfile.Capabilities.Except(drop).Union(add)];
    }

    /// <exception cref="EngineException">CapabilityUnknown, CapabilityMissing, CapabilityContradiction.</exception>
    public static void Check(SecuritySpec spec)
    {
        string[] add = [.. spec.CapAdd.Select(Whole)], drop = [.. spec.CapDrop.Select(Whole)];
        if (add.Intersect(drop).FirstOrDefault() is { } both)
            throw new EngineException("CapabilityContradiction", Reason.InvalidInput, $"{both} is both added and dropped.", "Name it once.");
        if (add.Where(name => name != All).Except(Held()).FirstOrDefault() is { } missing && Files.EffectiveUserId() == 0)
            throw new EngineException("CapabilityMissing", Reason.NoPermission, $"{missing} can't be given: this session does not have it itself, or this kernel does not know it.", "Run outside of a container or a service that has dropped it.");
    }

    /// <summary>"sys_admin", "CAP_SYS_ADMIN" and "SYS_ADMIN" are one.</summary>
    /// <exception cref="EngineException">CapabilityUnknown.</exception>
    private static string Whole(string name)
    {
        string upper = name.ToUpperInvariant();
        if (upper == All) return All;
        string whole = upper.StartsWith(Prefix, StringComparison.Ordinal) ? upper : Prefix + upper;
        return Array.IndexOf(Enum.GetNames<Capability>(), whole) >= 0 ? whole
            : throw new EngineException("CapabilityUnknown", Reason.InvalidInput, $"'{Printable.Of(name)}' is no capability.", "See capabilities(7); Tab completes the names.");
    }

    // "CapPrm:	000001ffffffffff": nobody can give what he has not.
    private static string[] Held()
    {
        const string key = "CapPrm:";
        string line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(key, StringComparison.Ordinal));
        ulong bits = ulong.Parse(line.AsSpan(key.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return [.. Enum.GetValues<Capability>().Where(capability => (bits & (1UL << (int)capability)) != 0).Select(capability => capability.ToString())];
    }
}
