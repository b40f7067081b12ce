using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using PSContainer.Cmdlets.Base;

namespace PSContainer.Cmdlets.Binding;

/// <summary>Offers those of some names that begin with what is typed, whatever their case.</summary>
public abstract class NameCompleter : IArgumentCompleter
{
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string begun = wordToComplete.Trim('\'', '"');
        var offered = new List<CompletionResult>();
        try
        {
            foreach (CompletionResult name in Names(begun, fakeBoundParameters))
                if (name.CompletionText.StartsWith(begun, StringComparison.OrdinalIgnoreCase)) offered.Add(name);
        }
        catch (Exception failure) when (ErrorTable.Knows(failure) || failure is RuntimeException or InvalidOperationException)
        {
            // A completion has nowhere to tell of a failure. What came before it is offered.
        }
        return offered;
    }

    /// <summary>All that there are. Files are read for it, and no process is started.</summary>
    /// <param name="begun">What is typed so far, without quotes.</param>
    /// <param name="bound">The line's other parameters, as far as they can be told.</param>
    protected abstract IEnumerable<CompletionResult> Names(string begun, IDictionary bound);

    protected static CompletionResult Offer(string name) => Offer(name, name);

    /// <param name="tip">What is said of the name while it is chosen.</param>
    protected static CompletionResult Offer(string name, string tip) => new(name, name, CompletionResultType.ParameterValue, tip);
}
