using System.Management.Automation;

namespace PSContainer.Cmdlets.Words;

/// <summary>A program and its arguments, each word as the program gets it.</summary>
internal sealed record CommandWords(string Program, IReadOnlyList<string> Arguments)
{
    /// <summary>What was typed as a command: a program's name with arguments behind it, or a script block that is a command line.</summary>
    /// <param name="command">A text, or a script block.</param>
    /// <param name="arguments">The words behind it.</param>
    /// <param name="session">Where the script block's variables are looked up.</param>
    /// <exception cref="PSContainer.Engine.EngineException">ScriptNotPlain, VariableMissing, ArgumentsUnused.</exception>
    public static CommandWords Of(object command, IReadOnlyList<string> arguments, SessionState session)
    {
        object plain = command is PSObject wrapped ? wrapped.BaseObject : command;
        return plain is ScriptBlock script
            ? ScriptWords.Of(script, arguments, session)
            : new CommandWords(LanguagePrimitives.ConvertTo<string>(plain), arguments);
    }
}
