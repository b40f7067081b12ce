using PSContainer.Engine.Text;

namespace PSContainer.Engine.Containers.Users;

/// <summary>Ids that an administrator has set aside: subuid(5) and subgid(5), "name:first:count" a line.</summary>
public static class SubordinateIds
{
    /// <summary>Whose ranges containers get, the first that has any: ours, podman's, root's.</summary>
    public static readonly string[] Owners = ["pscontainer", "containers", "root"];

    /// <summary>A range of ids outside.</summary>
    public readonly record struct Range(uint First, uint Count)
    {
        /// <summary>One past the last.</summary>
        public ulong End => (ulong)First + Count;

        public bool Meets(Range other) => First < other.End && other.First < End;

        public override string ToString() => $"{First}-{End - 1}";
    }

    /// <param name="lines">What stands in the file; null where there is none.</param>
    /// <param name="file">Its path, for errors.</param>
    /// <exception cref="EngineException">SubIdMissing, SubIdInvalid, SubIdOverlap.</exception>
    public static IReadOnlyList<Range> Of(IEnumerable<string>? lines, string file)
    {
        (string Owner, Range Range)[] all = [.. (lines ?? []).Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#').Select(line => Parse(line, file))];
        string? owner = Owners.FirstOrDefault(name => all.Any(entry => entry.Owner == name));
        if (owner is null)
            throw new EngineException("SubIdMissing", Reason.NotFound, $"'{file}' has no range for containers.", $"Add one for the user '{Owners[0]}', such as {Owners[0]}:1000000:6553600, to /etc/subuid and /etc/subgid; or name a range (-UserNamespace 0:100000:65536).");
        for (int i = 0; i < all.Length; i++)
            for (int j = 0; j < all.Length; j++)
                if (i != j && all[i].Owner == owner && all[i].Range.Meets(all[j].Range))
                    throw new EngineException("SubIdOverlap", Reason.Corrupt, $"In '{file}' the ranges {all[i].Range} of '{owner}' and {all[j].Range} of '{Printable.Of(all[j].Owner)}' overlap.", "Give each user ids of its own.");
        return [.. all.Where(entry => entry.Owner == owner).Select(entry => entry.Range).OrderBy(range => range.First)];
    }

    private static (string, Range) Parse(string line, string file)
        => line.Split(':') is [var owner, var first, var count] && uint.TryParse(first, out uint begin) && uint.TryParse(count, out uint size) && size > 0 && size < uint.MaxValue - begin
            ? (owner, new Range(begin, size))
            : throw new EngineException("SubIdInvalid", Reason.Corrupt, $"'{file}' has a line that is no range: '{Printable.Of(line)}'.", "A line is name:first:count.");

    /// <summary>The lowest ids that nobody has.</summary>
    /// <param name="ranges">Where they may lie.</param>
    /// <param name="taken">Where they may not.</param>
    /// <param name="size">How many.</param>
    /// <returns>The first of them; null where there is no room.</returns>
    public static uint? Free(IReadOnlyList<Range> ranges, IReadOnlyList<Range> taken, uint size)
    {
        Range[] others = [.. taken.OrderBy(range => range.First)];
        foreach (Range range in ranges)
        {
            ulong at = range.First;
            foreach (Range other in others)
                if (other.First < at + size && at < other.End) at = other.End;
            if (at + size <= range.End) return (uint)at;
        }
        return null;
    }
}
