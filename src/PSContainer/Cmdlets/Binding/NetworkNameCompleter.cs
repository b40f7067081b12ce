using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using PSContainer.Cmdlets.Base;
using PSContainer.Engine.Networks;

namespace PSContainer.Cmdlets.Binding;

/// <summary>Names of networks: one folder is read, no process started.</summary>
public sealed class NetworkNameCompleter : IArgumentCompleter
{
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string begun = wordToComplete.Trim('\'', '"');
        string[] names;
        try
        {
            names = [.. new NetworkStore(ContainerCmdlet.NewEngine().Store.Root).AllNames()];
        }
        catch (Exception failure) when (ErrorTable.Knows(failure))
        {
            // A completion has nowhere to tell of a failure.
            yield break;
        }
        foreach (string name in names)
            if (name.StartsWith(begun, StringComparison.OrdinalIgnoreCase)) yield return new CompletionResult(name, name, CompletionResultType.ParameterValue, name);
    }
}
