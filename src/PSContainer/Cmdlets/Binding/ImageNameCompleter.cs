using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using PSContainer.Cmdlets.Base;

namespace PSContainer.Cmdlets.Binding;

/// <summary>Image names with their tags: one file is read, no process started.</summary>
public sealed class ImageNameCompleter : IArgumentCompleter
{
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string begun = wordToComplete.Trim('\'', '"');
        IEnumerable<string> names;
        try
        {
            names = [.. ContainerCmdlet.NewEngine().Images.AllNames()];
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
