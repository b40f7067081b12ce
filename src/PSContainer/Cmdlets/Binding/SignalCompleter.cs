using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using PSContainer.Kernel;

namespace PSContainer.Cmdlets.Binding;

/// <summary>Signal names, as signal(7) has them.</summary>
public sealed class SignalCompleter : IArgumentCompleter
{
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
        => SignalName.All.Where(name => name.StartsWith(wordToComplete, StringComparison.OrdinalIgnoreCase))
            .Select(name => new CompletionResult(name));
}
