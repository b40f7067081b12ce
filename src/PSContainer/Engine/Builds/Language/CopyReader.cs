namespace PSContainer.Engine.Builds.Language;

/// <summary>COPY and ADD: sources, then the one destination; a JSON array where names hold blanks.</summary>
internal static class CopyReader
{
    public static CopyInstruction Read(LogicalLine line, string text, bool isAdd, string rest, InstructionFlags flags, char escape)
    {
        Place place = line.Place;
        string keyword = isAdd ? "ADD" : "COPY";
        IReadOnlyList<string> words = CommandLine.TryParseList(place, rest) ?? Words.Split(rest, escape);
        if (words.Count < 2) throw place.Syntax($"{keyword} has no destination.", $"Write {keyword} source destination.");
        string? from = isAdd ? null : flags.Text("from");
        if (from?.Contains('$') == true)
            throw place.Syntax("--from takes no variables.", "Name a stage by FROM with the variable, and copy from that stage: FROM $IMAGE AS tools.");
        var copy = new CopyInstruction(place, text, [.. words.SkipLast(1)], words[^1], line.Heredocs)
        {
            IsAdd = isAdd,
            From = from,
            Owner = flags.Text("chown"),
            Mode = flags.Text("chmod"),
            Checksum = isAdd ? flags.Text("checksum") : null,
            Excluded = flags.Texts("exclude"),
        };
        // What it says, a layer that does not look at those below, holds for every layer but for links in the destination.
        flags.Switch("link");
        flags.Finish("parents", "keep-git-dir", "unpack");
        if (copy.Documents.Count > 0 && from is not null) throw place.Syntax("a document can't come --from somewhere.", "Leave one of the two out.");
        return copy;
    }
}
