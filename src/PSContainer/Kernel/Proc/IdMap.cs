using System.Text;

namespace PSContainer.Kernel.Proc;

/// <summary>
/// /proc/PID/uid_map or gid_map (user_namespaces(7)): which ids of a user namespace are which of the reader's.
/// <code>
///          0     100000      65536
/// </code>
/// </summary>
public sealed class IdMap
{
    private readonly List<(uint Inside, uint Outside, uint Count)> _ranges = [];

    private IdMap()
    {
    }

    /// <summary>Reads the whole file's text; a namespace without a map has an empty one.</summary>
    public static IdMap Parse(ReadOnlySpan<char> text)
    {
        var map = new IdMap();
        Span<uint> numbers = stackalloc uint[3];
        foreach (ReadOnlySpan<char> line in text.EnumerateLines())
        {
            int found = 0;
            foreach (Range range in line.Split(' '))
                if (found < 3 && uint.TryParse(line[range], out uint number)) numbers[found++] = number;
            if (found == 3) map._ranges.Add((numbers[0], numbers[1], numbers[2]));
        }
        return map;
    }

    /// <summary>Every id is what it is for the reader.</summary>
    public bool IsWhole => _ranges is [(0, 0, uint.MaxValue)];

    /// <summary>What an id of the reader's is called inside; null where nobody inside has it.</summary>
    public uint? Inside(uint outside)
    {
        foreach ((uint inside, uint first, uint count) in _ranges)
            if (outside >= first && outside - first < count) return inside + (outside - first);
        return null;
    }

    /// <summary>"0-65535 are 100000-165535", a comma between ranges; "all" where nothing is mapped elsewhere.</summary>
    public override string ToString()
    {
        if (IsWhole) return "all";
        if (_ranges.Count == 0) return "none";
        var text = new StringBuilder();
        foreach ((uint inside, uint outside, uint count) in _ranges)
            text.Append(text.Length > 0 ? ", " : "").Append(Run(inside, count)).Append(count == 1 ? " is " : " are ").Append(Run(outside, count));
        return text.ToString();
    }

    private static string Run(uint first, uint count) => count == 1 ? $"{first}" : $"{first}-{first + (ulong)count - 1}";
}
