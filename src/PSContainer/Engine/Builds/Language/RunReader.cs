using PSContainer.Engine.Text;

namespace PSContainer.Engine.Builds.Language;

/// <summary>RUN: a line for the shell, a program with arguments, or a document.</summary>
public static class RunReader
{
    internal static RunInstruction Read(LogicalLine line, string text, string rest, InstructionFlags flags)
    {
        string? network = flags.Text("network");
        if (network is not (null or "default" or "none" or "host"))
            throw line.Place.Error("FlagInvalid", Reason.InvalidInput, $"RUN --network can't be '{Printable.Of(network)}'.", "It is default, none or host.");
        flags.Finish("mount", "security", "device");
        return new RunInstruction(line.Place, text, CommandLine.Parse(line.Place, rest), line.Heredocs, network);
    }

    /// <summary>The arguments of what runs. A document alone is the shell's script; beside a program, the shell hands it over.</summary>
    public static IReadOnlyList<string> Arguments(RunInstruction run, IReadOnlyList<string> shell)
    {
        if (run.Documents is not [var first, ..]) return run.Command.Arguments(shell);
        string line = run.Command.Words[0];
        bool isScript = run.Documents.Count == 1 && !line.Any(char.IsWhiteSpace) && Heredoc.Opening(line) is not null;
        string script = isScript ? first.Body : line + string.Concat(run.Documents.Select(document => $"\n{document.Content}{document.Name}"));
        return new CommandLine(false, [script]).Arguments(shell);
    }

    /// <summary>The document's content, where it is a program by itself (its first line is <c>#!</c>): run as a file, by no shell of ours.</summary>
    public static string? Program(RunInstruction run)
        => run.Documents is [var only] && !run.Command.Words[0].Any(char.IsWhiteSpace) && only.Body.StartsWith("#!", StringComparison.Ordinal) ? only.Body : null;
}
