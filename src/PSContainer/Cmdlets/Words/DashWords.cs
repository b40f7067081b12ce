using System.Management.Automation;
using System.Management.Automation.Language;
using System.Reflection;
using PSContainer.Engine;

namespace PSContainer.Cmdlets.Words;

/// <summary>
/// Words with a dash that PowerShell has kept for itself. It binds them wherever they stand, so that in "find / -user root" -user
/// would be a parameter of the cmdlet's, and find would not see it. Behind the program a word is ours only where it is spelled exactly as the
/// parameter is, as completion writes it; everything else is an error, and never a wrong run.
/// </summary>
internal static class DashWords
{
    // Since PowerShell 7.4; not in PowerShellStandard. The command as it was typed, whole, on however many lines.
    private static readonly PropertyInfo? s_statement = typeof(InvocationInfo).GetProperty("Statement");

    /// <exception cref="EngineException">WordTaken, WordMisplaced, ParameterUnknown.</exception>
    public static void Check(InvocationInfo call, string parameterSet)
    {
        string text = s_statement?.GetValue(call) as string ?? call.Line;
        bool isCaught = call.BoundParameters.ContainsKey(nameof(CommandWordsCmdlet.DashWord));
        if (!isCaught && !text.Contains('-')) return;
        if (Find(text, call.InvocationName) is not { } typed)
        {
            if (isCaught) throw Unknown(call, "-" + nameof(CommandWordsCmdlet.DashWord));
            return;
        }
        // What is splatted has names in full, and how many words it is can't be read here.
        if (!isCaught && typed.CommandElements.Any(element => element is VariableExpressionAst { Splatted: true })) return;
        Check(call, typed, parameterSet);
    }

    private static void Check(InvocationInfo call, CommandAst typed, string parameterSet)
    {
        CommandParameterInfo[] places = Places(call, typed, parameterSet);
        CommandElementAst? program = null;
        for (int i = 1, position = 0; i < typed.CommandElements.Count; i++)
        {
            CommandElementAst element = typed.CommandElements[i];
            if (element is not CommandParameterAst word)
            {
                // Two dashes make no parameter's name, so docker's options would be an image's, or a program's.
                if (program is null && element is StringConstantExpressionAst { StringConstantType: StringConstantType.BareWord } bare && bare.Value.StartsWith('-')) throw Unknown(call, bare.Value);
                if (program is not null && position < places.Length) throw Misplaced(places[position], element);
                if (position < places.Length && places[position++].Name == "Command") (program, position) = (element, places.Length);
                continue;
            }
            if (IsEnd(word)) return;
            ParameterMetadata? parameter = Find(call, word.ParameterName);
            bool isExact = parameter is not null && parameter.Name == word.ParameterName && parameter.Name != nameof(CommandWordsCmdlet.DashWord);
            if (program is not null && parameter is not null && !isExact) throw Taken(call, typed, program, word);
            if (program is null && (parameter is null || parameter.Name == nameof(CommandWordsCmdlet.DashWord))) throw Unknown(call, word.Extent.Text);
            if (!HasValueBehind(word, parameter)) continue;
            i++;
            if (parameter!.Name == "Command" && i < typed.CommandElements.Count) program ??= typed.CommandElements[i];
        }
    }

    // What words without a name are taken for, in their order: what the set has at a position, but for those that have their name.
    private static CommandParameterInfo[] Places(InvocationInfo call, CommandAst typed, string parameterSet)
    {
        HashSet<string> named = [.. typed.CommandElements.OfType<CommandParameterAst>().TakeWhile(word => !IsEnd(word)).Select(word => Find(call, word.ParameterName)?.Name).OfType<string>()];
        return [.. call.MyCommand.ParameterSets.Where(set => set.Name == parameterSet).SelectMany(set => set.Parameters)
            .Where(parameter => parameter.Position >= 0 && !named.Contains(parameter.Name)).OrderBy(parameter => parameter.Position)];
    }

    private static bool IsEnd(CommandParameterAst word) => word.ParameterName == "-" && word.Extent.Text == "--";

    private static bool HasValueBehind(CommandParameterAst word, ParameterMetadata? parameter)
        => parameter is not null && !parameter.SwitchParameter && word.Argument is null;

    // As the binder does: the name or an alias, else the one parameter that begins so.
    private static ParameterMetadata? Find(InvocationInfo call, string name)
    {
        if (call.MyCommand.Parameters is not { } all) return null;
        if (all.TryGetValue(name, out ParameterMetadata? exact)) return exact;
        ParameterMetadata? found = null;
        foreach (ParameterMetadata parameter in all.Values)
        {
            if (parameter.Aliases.Contains(name, StringComparer.OrdinalIgnoreCase)) return parameter;
            if (parameter.Name.StartsWith(name, StringComparison.OrdinalIgnoreCase)) found = parameter;
        }
        return found;
    }

    private static CommandAst? Find(string text, string name)
        => (CommandAst?)Parser.ParseInput(text, out _, out _).Find(node => node is CommandAst command && command.GetCommandName() == name, searchNestedScriptBlocks: true);

    private static EngineException Taken(InvocationInfo call, CommandAst typed, CommandElementAst program, CommandParameterAst word)
    {
        int at = program.Extent.StartOffset - typed.Extent.StartOffset;
        string line = OnOneLine(typed.Extent.Text[at..]), before = OnOneLine(typed.Extent.Text[..at]).TrimEnd();
        return new EngineException("WordTaken", Reason.InvalidInput,
            $"PowerShell took '{word.Extent.Text}' for a parameter of {call.MyCommand.Name}: '{program.Extent.Text}' would not have got it.",
            $"Write {before} {{ {line} }}, or {before} -- {line}. A parameter of {call.MyCommand.Name} stands before the program, or is spelled out as completion does.");
    }

    // New-Container web -Command sleep 1000: the first free place is -Image's.
    private static EngineException Misplaced(CommandParameterInfo place, CommandElementAst word)
        => new("WordMisplaced", Reason.InvalidInput, $"PowerShell took '{word.Extent.Text}' behind the program for -{place.Name}.",
            $"Write -ArgumentList {word.Extent.Text}, or give the whole command line as a script block.");

    private static string OnOneLine(string text) => text.Replace("`\n", "\n").Replace("`\r\n", "\n").ReplaceLineEndings(" ");

    private static EngineException Unknown(InvocationInfo call, string word)
    {
        string advice = DockerOption.ParameterOf(word) is { } known && call.MyCommand.Parameters.ContainsKey(known)
            ? $"docker's {word} is -{known} here."
            : $"Get-Help {call.MyCommand.Name} lists them. What is the program's stands behind it, as a script block or after --.";
        return new EngineException("ParameterUnknown", Reason.InvalidInput, $"{call.MyCommand.Name} has no parameter {word}.", advice);
    }
}
