using PSContainer.Engine.Cgroups.Controllers;
using PSContainer.Engine.Cgroups.Making;

namespace PSContainer.Engine.Cgroups.Devices;

/// <summary>
/// devices in v1 (cgroup-v1/devices.rst): a default and exceptions to it, no order. Ordered rules are folded into that
/// form; what does not fit is an error, never a wider permission.
/// </summary>
internal static class DeviceController
{
    public static void Writes(LimitTarget target, string? list, IReadOnlyList<DeviceRule> rules, List<CgroupAction> writes)
    {
        var (allowed, exceptions) = Fold(rules);
        if (!allowed && list is not null && TryParseList(list, out var present))
        {
            // The group denies by default already: add, then take away, so that nothing in use is missing for a moment.
            foreach (var rule in exceptions)
            {
                if (!present.Contains(rule)) writes.Add(target.Write("devices.allow", rule.ToString(), "allow this device"));
            }
            foreach (var rule in present)
            {
                if (!exceptions.Contains(rule)) writes.Add(target.Write("devices.deny", rule.ToString(), "no longer allowed"));
            }
            return;
        }
        if (allowed)
        {
            writes.Add(target.Write("devices.allow", "a", "allow all devices"));
            foreach (var rule in exceptions) writes.Add(target.Write("devices.deny", rule.ToString(), "deny this device"));
            return;
        }
        writes.Add(target.Write("devices.deny", "a", "deny all devices first, so that there is never an open moment"));
        foreach (var rule in exceptions) writes.Add(target.Write("devices.allow", rule.ToString(), "allow this device"));
    }

    /// <summary>The rules as a default and its exceptions.</summary>
    /// <exception cref="EngineException">DeviceRuleNotSupported: v1 can't carve one device out of a range.</exception>
    internal static (bool Allowed, List<DeviceRule> Exceptions) Fold(IReadOnlyList<DeviceRule> rules)
    {
        var allowed = false;
        var exceptions = new List<DeviceRule>();
        foreach (var written in rules)
        {
            if (written.IsReset)
            {
                allowed = written.Allow;
                exceptions.Clear();
                continue;
            }
            // v1 knows "a" only as the reset of everything.
            DeviceRule[] split = written.Type == 'a' ? [written with { Type = 'c' }, written with { Type = 'b' }] : [written];
            foreach (var rule in split)
            {
                if (rule.Allow == allowed) TakeAway(exceptions, rule);
                else Add(exceptions, rule);
            }
        }
        return (allowed, exceptions);
    }

    private static void Add(List<DeviceRule> exceptions, DeviceRule rule)
    {
        var at = exceptions.FindIndex(other => other.Type == rule.Type && other.Major == rule.Major && other.Minor == rule.Minor);
        if (at < 0) exceptions.Add(rule);
        else exceptions[at] = rule with { Access = exceptions[at].Access | rule.Access };
    }

    private static void TakeAway(List<DeviceRule> exceptions, DeviceRule rule)
    {
        for (var i = exceptions.Count - 1; i >= 0; i--)
        {
            var other = exceptions[i];
            if (!rule.Meets(other) || (other.Access & rule.Access) == 0) continue;
            if (!rule.Covers(other))
            {
                throw new EngineException("DeviceRuleNotSupported", Reason.NotSupported,
                    $"cgroup v1 can't make an exception ({rule}) from an exception ({other}).", "Write the device rules from the general to the particular, without exceptions of exceptions.");
            }
            var left = other.Access & ~rule.Access;
            if (left == DeviceAccess.None) exceptions.RemoveAt(i);
            else exceptions[i] = other with { Access = left };
        }
    }

    // devices.list: "a *:* rwm" while all is allowed, else the exceptions, "c 1:3 rwm" each.
    private static bool TryParseList(string list, out List<DeviceRule> rules)
    {
        rules = [];
        foreach (var line in list.AsSpan().EnumerateLines())
        {
            if (line.IsEmpty) continue;
            if (line[0] == 'a' || line.Length < 7) return false;
            var colon = line.IndexOf(':');
            var end = line.LastIndexOf(' ');
            if (colon < 2 || end < colon) return false;
            var access = DeviceAccess.None;
            foreach (var letter in line[(end + 1)..]) access |= letter switch { 'r' => DeviceAccess.Read, 'w' => DeviceAccess.Write, _ => DeviceAccess.MakeNode };
            rules.Add(new(true, line[0], Number(line[2..colon]), Number(line[(colon + 1)..end]), access));
        }
        return rules.Count > 0;
    }

    private static int? Number(ReadOnlySpan<char> text) => int.TryParse(text, out var number) ? number : null;
}
