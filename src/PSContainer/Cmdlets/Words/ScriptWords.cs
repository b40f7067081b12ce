using System.Management.Automation;
using System.Management.Automation.Language;
using System.Reflection;
using System.Text;
using PSContainer.Engine;

namespace PSContainer.Cmdlets.Words;

/// <summary>
/// A script block that is a command line: { ls -la $dir | head }. Its words and variables are expanded here. One command runs as it is, so it
/// works in a container without a shell; pipes, redirections, several commands and wildcards are the business of the container's sh.
/// </summary>
internal static class ScriptWords
{
    // Of PowerShell 7; not in PowerShellStandard.
    private static readonly PropertyInfo? s_background = typeof(PipelineAst).GetProperty("Background");

    /// <param name="script">The block.</param>
    /// <param name="more">Arguments that stand behind the block.</param>
    /// <param name="session">Where the block's variables are, unless it brings its own (a closure, a module's).</param>
    /// <exception cref="EngineException">ScriptNotPlain, VariableMissing, ArgumentsUnused.</exception>
    public static CommandWords Of(ScriptBlock script, IReadOnlyList<string> more, SessionState session)
    {
        var block = (ScriptBlockAst)script.Ast;
        // What PowerShell has no syntax for has not come so far: it has refused the block.
        if ((block.ParamBlock ?? block.BeginBlock ?? block.ProcessBlock ?? block.DynamicParamBlock as Ast) is { } other) throw NotPlain(other);
        if (block.EndBlock is not { Statements: { Count: > 0 } statements } end) throw NotPlain(block);
        if (end.Traps is { Count: > 0 }) throw NotPlain(end.Traps[0]);
        var reader = new WordReader(script.Module, session);
        if (statements is [PipelineAst { PipelineElements: [CommandAst { Redirections.Count: 0 } only] } alone] && !IsBackground(alone))
        {
            List<Word> words = Words(reader, only);
            if (!words.Exists(word => word.HasPattern)) return new CommandWords(words[0].Text, [.. words.Skip(1).Select(word => word.Text), .. more]);
        }
        if (more.Count > 0)
            throw new EngineException("ArgumentsUnused", Reason.InvalidInput, $"'{more[0]}' stands behind a script block, where it belongs to no command.", "Write it into the block.");
        return new CommandWords("/bin/sh", ["-c", string.Join('\n', statements.Select(statement => Line(reader, statement)))]);
    }

    // a | b, and chains of such: a && b || c. The latter's type is PowerShell 7's alone, so its pipelines are read with what stands between them.
    private static string Line(WordReader reader, StatementAst statement)
    {
        if (statement is ExitStatementAst exit) return Exit(reader, exit);
        PipelineAst[] pipelines = statement is PipelineAst one ? [one]
            : statement.GetType().Name == "PipelineChainAst" ? [.. statement.FindAll(node => node is PipelineAst && IsOf(node, statement), false).Cast<PipelineAst>()]
            : throw NotPlain(statement);
        if (IsBackground(statement)) throw NotPlain(statement);
        var line = new StringBuilder();
        for (int i = 0; i < pipelines.Length; i++)
        {
            if (i > 0)
            {
                int from = pipelines[i - 1].Extent.EndOffset - statement.Extent.StartOffset, to = pipelines[i].Extent.StartOffset - statement.Extent.StartOffset;
                line.Append(' ').Append(statement.Extent.Text[from..to].Contains("&&") ? "&&" : "||").Append(' ');
            }
            if (IsBackground(pipelines[i])) throw NotPlain(pipelines[i]);
            line.AppendJoin(" | ", pipelines[i].PipelineElements.Select(element => Command(reader, element as CommandAst ?? throw NotPlain(element))));
        }
        return line.ToString();
    }

    private static string Exit(WordReader reader, ExitStatementAst exit) => exit.Pipeline switch
    {
        null => "exit",
        PipelineAst { PipelineElements: [CommandExpressionAst { Expression: { } code }] } when reader.Read([code]) is [var one] => $"exit {one.ForShell()}",
        var other => throw NotPlain(other),
    };

    private static bool IsOf(Ast pipeline, Ast chain)
    {
        for (Ast? above = pipeline.Parent; above is not null; above = above.Parent)
        {
            if (above == chain) return true;
            if (above is PipelineBaseAst && above.GetType() != chain.GetType()) return false;
        }
        return false;
    }

    private static string Command(WordReader reader, CommandAst command)
    {
        var line = new StringBuilder().AppendJoin(' ', Words(reader, command).Select(word => word.ForShell()));
        foreach (RedirectionAst redirection in command.Redirections)
            line.Append(' ').Append(redirection switch
            {
                MergingRedirectionAst { FromStream: RedirectionStream.Error or RedirectionStream.All, ToStream: RedirectionStream.Output } => "2>&1",
                FileRedirectionAst { FromStream: RedirectionStream.Output } file => $"{Arrow(file)} {Target(reader, file)}",
                FileRedirectionAst { FromStream: RedirectionStream.Error } file => $"2{Arrow(file)} {Target(reader, file)}",
                FileRedirectionAst { FromStream: RedirectionStream.All } file => $"{Arrow(file)} {Target(reader, file)} 2>&1",
                _ => throw NotPlain(redirection),
            });
        return line.ToString();
    }

    private static string Arrow(FileRedirectionAst file) => file.Append ? ">>" : ">";

    private static string Target(WordReader reader, FileRedirectionAst file)
        => reader.Read([file.Location]) is [var one] ? one.ForShell() : throw NotPlain(file);

    private static List<Word> Words(WordReader reader, CommandAst command)
    {
        if (command.InvocationOperator == TokenKind.Dot) throw NotPlain(command);
        List<Word> words = reader.Read(command.CommandElements);
        if (words.Count == 0 || IsCmdlet(reader, words[0].Text)) throw NotPlain(command);
        return words;
    }

    // { Get-Process } is a command line by its form alone. Names of programs may have a dash as well (apt-get), but not of this kind.
    private static bool IsCmdlet(WordReader reader, string name)
        => name.Contains('-') && reader.Session.InvokeCommand.GetCommand(name, CommandTypes.Cmdlet | CommandTypes.Function) is not null;

    private static bool IsBackground(StatementAst statement)
        => statement is PipelineAst ? s_background?.GetValue(statement) is true : statement.GetType().GetProperty("Background")?.GetValue(statement) is true;

    internal static EngineException NotPlain(Ast what)
    {
        string text = what.Extent.Text.ReplaceLineEndings(" ").Trim();
        const string advice = "Write plain commands with words and variables, { ls -la $dir | head }, or give a shell its own text, { sh -c 'for i in 1 2; do …' }.";
        bool isEmpty = text.Trim('{', '}', ' ').Length == 0;
        return new EngineException("ScriptNotPlain", Reason.NotSupported,
            isEmpty ? "The script block is empty." : $"'{(text.Length > 60 ? text[..59] + "…" : text)}' is PowerShell, and a script block is a command line here.", advice);
    }
}
