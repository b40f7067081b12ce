using System.Collections;

namespace PSContainer.Engine.Cgroups.Controllers;

/// <summary>Lists of processors or memory nodes as the kernel writes them: "0-3,8" (cpuset(7), "List format").</summary>
public static class CpuList
{
    // CONFIG_NR_CPUS is at most 8192; a bound keeps "0-4000000000" from becoming an array.
    private const int Bound = 8192;

    /// <summary>The numbers of a list, in order; empty for an empty list.</summary>
    /// <param name="list">As the kernel or a user wrote it.</param>
    /// <param name="name">What an error calls it.</param>
    /// <exception cref="EngineException">CpusetInvalid: not a list, descending, or beyond 8191.</exception>
    public static IReadOnlyList<int> Parse(string list, string name)
    {
        var members = new BitArray(Bound);
        var text = list.AsSpan().Trim();
        if (text.IsEmpty) return [];
        for (var more = true; more;)
        {
            var comma = text.IndexOf(',');
            more = comma >= 0;
            var part = more ? text[..comma] : text;
            text = more ? text[(comma + 1)..] : default;
            var dash = part.IndexOf('-');
            var first = Number(dash < 0 ? part : part[..dash], list, name);
            var last = dash < 0 ? first : Number(part[(dash + 1)..], list, name);
            if (last < first) throw Invalid(list, name);
            for (var n = first; n <= last; n++) members[n] = true;
        }
        var numbers = new List<int>();
        for (var n = 0; n < Bound; n++)
        {
            if (members[n]) numbers.Add(n);
        }
        return numbers;
    }

    /// <summary>Every number of <paramref name="list"/> that <paramref name="available"/> lacks is an error.</summary>
    /// <exception cref="EngineException">CpusetInvalid.</exception>
    internal static void RequireWithin(string list, string? available, string name)
    {
        if (string.IsNullOrWhiteSpace(available)) return;
        var present = Parse(available, name);
        foreach (var number in Parse(list, name))
        {
            if (!present.Contains(number))
            {
                throw new EngineException("CpusetInvalid", Reason.InvalidInput, $"{name} \"{list}\": {number} is not among those available here, {available.Trim()}.",
                    $"Choose from {available.Trim()}.");
            }
        }
    }

    private static int Number(ReadOnlySpan<char> text, string list, string name)
    {
        // Digits alone: int.TryParse would take "+1" and " 1" too.
        if (text.IsEmpty || text.Length > 5 || text.IndexOfAnyExceptInRange('0', '9') >= 0) throw Invalid(list, name);
        var number = int.Parse(text);
        return number < Bound ? number : throw Invalid(list, name);
    }

    private static EngineException Invalid(string list, string name)
        => new("CpusetInvalid", Reason.InvalidInput, $"{name} \"{list}\" is not a list of numbers.", "Write numbers and ranges: 0-3,8.");
}
