using PSContainer.Engine.Text;

namespace PSContainer.Engine.Builds.Language;

/// <summary>Reads one instruction: its keyword, its flags, and what each kind wants after them.</summary>
internal sealed class InstructionReader(char escape)
{
    private static readonly string[] s_keywords =
        ["ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"];

    /// <exception cref="EngineException">InstructionUnknown, ContainerfileInvalid, FlagUnknown, FlagNotSupported, FlagInvalid.</exception>
    public Instruction Read(LogicalLine line)
    {
        int space = line.Text.AsSpan().IndexOfAny(' ', '\t');
        string keyword = (space < 0 ? line.Text : line.Text[..space]).ToUpperInvariant(), after = space < 0 ? "" : line.Text[space..];
        Place place = line.Place;
        if (!s_keywords.Contains(keyword)) throw Unknown(place, keyword);
        var flags = new InstructionFlags(place, keyword, InstructionFlags.Take(after, out string rest));
        if (rest.Length == 0) throw place.Syntax($"{keyword} has nothing after it.", $"Write {keyword} and what it is to do, or leave the line out.");
        string text = $"{keyword} {after.Trim()}";
        Instruction read = keyword switch
        {
            "FROM" => From(place, text, rest, flags),
            "ARG" => new ArgInstruction(place, text, [.. Words.Split(rest, escape).Select(word => Argument(place, word))]),
            "ENV" => new EnvInstruction(place, text, Pairs(place, keyword, rest)),
            "LABEL" => new LabelInstruction(place, text, Pairs(place, keyword, rest)),
            "RUN" => RunReader.Read(line, text, rest, flags),
            "COPY" or "ADD" => CopyReader.Read(line, text, keyword == "ADD", rest, flags, escape),
            "WORKDIR" => new WorkdirInstruction(place, text, rest),
            "USER" => new UserInstruction(place, text, rest),
            "STOPSIGNAL" => new StopSignalInstruction(place, text, rest),
            "MAINTAINER" => new MaintainerInstruction(place, text, rest),
            "EXPOSE" => new ExposeInstruction(place, text, rest),
            "VOLUME" => new VolumeInstruction(place, text, CommandLine.TryParseList(place, rest) ?? Words.Split(rest, escape)),
            "CMD" => new CmdInstruction(place, text, CommandLine.Parse(place, rest)),
            "ENTRYPOINT" => new EntrypointInstruction(place, text, CommandLine.Parse(place, rest)),
            "SHELL" => Shell(place, text, rest),
            "HEALTHCHECK" => HealthcheckReader.Read(place, text, rest, flags),
            _ => Onbuild(line, text, rest),
        };
        flags.Finish();
        return read;
    }

    private static FromInstruction From(Place place, string text, string rest, InstructionFlags flags)
    {
        string[] words = rest.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        string? name = words is [_, var @as, var given] && @as.Equals("AS", StringComparison.OrdinalIgnoreCase) ? given.ToLowerInvariant() : null;
        if (words.Length != 1 && name is null) throw place.Syntax("FROM takes one image, and 'AS name'.", "Write FROM image, or FROM image AS name.");
        if (name is not null && !(char.IsAsciiLetter(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || "-_.".Contains(c))))
            throw place.Syntax($"'{Printable.Of(name)}' can't be a stage's name.", "Begin with a letter; then letters, digits, '-', '_' and '.'.");
        if (name is "scratch" or "context") throw place.Syntax($"'{name}' has a meaning of its own and can't be a stage's name.", "Choose another.");
        return new FromInstruction(place, text, words[0], flags.Text("platform"), name);
    }

    private static (string Name, string? Default) Argument(Place place, string word)
    {
        int equals = word.IndexOf('=');
        if (equals == 0) throw place.Syntax("ARG lacks the variable's name.", "Write ARG NAME or ARG NAME=default.");
        return equals < 0 ? (word, null) : (word[..equals], word[(equals + 1)..]);
    }

    // "ENV a=b c=d"; or "ENV a b c", where all that follows the name is its value.
    private List<(string Name, string Value)> Pairs(Place place, string keyword, string rest)
    {
        List<string> words = Words.Split(rest, escape);
        if (!words[0].Contains('='))
        {
            string[] parts = rest.Split((char[]?)null, 2, StringSplitOptions.TrimEntries);
            return parts is [var name, { Length: > 0 } value] ? [(name, value)] : throw place.Syntax($"{keyword} has a name and no value.", $"Write {keyword} name=value.");
        }
        var pairs = new List<(string, string)>();
        foreach (string word in words)
        {
            int equals = word.IndexOf('=');
            if (equals < 0) throw place.Syntax($"'{Printable.Of(word)}' after {keyword} has no '='.", "Write name=value, and a value with blanks in quotes: name=\"a b\".");
            if (equals == 0) throw place.Syntax($"{keyword} has a value and no name.", $"Write {keyword} name=value.");
            pairs.Add((word[..equals], word[(equals + 1)..]));
        }
        return pairs;
    }

    private static ShellInstruction Shell(Place place, string text, string rest)
        => CommandLine.TryParseList(place, rest) is { Count: > 0 } words ? new ShellInstruction(place, text, words)
            : throw place.Syntax("SHELL is no JSON array.", "Write SHELL [\"/bin/bash\", \"-c\"].");

    // It is read now, so that what is wrong in it is found by who wrote it, not by who builds upon it.
    private OnbuildInstruction Onbuild(LogicalLine line, string text, string rest)
    {
        Instruction trigger = Read(line with { Text = rest });
        if (trigger is OnbuildInstruction or FromInstruction or MaintainerInstruction)
            throw line.Place.Syntax($"{rest.Split(' ')[0].ToUpperInvariant()} can't follow ONBUILD.", "Name an instruction that adds to an image.");
        return new OnbuildInstruction(line.Place, text, rest);
    }

    private static EngineException Unknown(Place place, string keyword)
    {
        string? near = s_keywords.FirstOrDefault(known => Distance(known, keyword) <= 2 && known.Length > 3);
        return place.Error("InstructionUnknown", Reason.InvalidInput, $"there is no instruction '{Printable.Of(keyword)}'.",
            near is null ? "A line begins with FROM, RUN, COPY or the like; one that goes on ends in a backslash." : $"Is {near} meant?");
    }

    /// <summary>How many letters must be added, left out or changed (Levenshtein).</summary>
    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int above = row[j];
                row[j] = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }
        return row[^1];
    }
}
