using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using PSContainer.Cmdlets.Base;
using PSContainer.Engine.Networks;

namespace PSContainer.Cmdlets.Binding;

/// <summary>What -Network takes: the three with a meaning, the networks that there are, and container:NAME.</summary>
public sealed class NetworkChoiceCompleter : IArgumentCompleter
{
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string begun = wordToComplete.Trim('\'', '"');
        List<string> choices = ["Bridge", "Host", "None"];
        try
        {
            choices.AddRange(new NetworkStore(ContainerCmdlet.NewEngine().Store.Root).AllNames().Where(name => name != ContainerNetwork.DefaultName));
            if (begun.StartsWith("c", StringComparison.OrdinalIgnoreCase)) choices.AddRange(ContainerCmdlet.NewEngine().Store.AllNames().Select(name => NetworkChoice.ContainerPrefix + name));
        }
        catch (Exception failure) when (ErrorTable.Knows(failure))
        {
            // A completion has nowhere to tell of a failure.
        }
        foreach (string choice in choices)
            if (choice.StartsWith(begun, StringComparison.OrdinalIgnoreCase)) yield return new CompletionResult(choice, choice, CompletionResultType.ParameterValue, choice);
    }
}
