using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using PSContainer.Cmdlets.Base;
using PSContainer.Engine.Images.Build;

namespace PSContainer.Cmdlets.Binding;

/// <summary>The names of a Containerfile's stages: that file is read, nothing else.</summary>
public sealed class StageCompleter : IArgumentCompleter
{
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string begun = wordToComplete.Trim('\'', '"');
        string[] names;
        try
        {
            // Paths count from where PowerShell stands, which is not where the process stands.
            string Whole(string path) => System.IO.Path.IsPathRooted(path) ? path : System.IO.Path.Combine(Here(), path);
            string context = Whole(fakeBoundParameters["Path"]?.ToString() ?? ".");
            names = [.. BuildContext.Open(context, fakeBoundParameters["File"] is { } file ? Whole(file.ToString()!) : null).File.Stages.Select(stage => stage.Name).OfType<string>()];
        }
        catch (Exception failure) when (ErrorTable.Knows(failure) || failure is RuntimeException or InvalidOperationException)
        {
            // A completion has nowhere to tell of a failure.
            yield break;
        }
        foreach (string name in names)
            if (name.StartsWith(begun, StringComparison.OrdinalIgnoreCase)) yield return new CompletionResult(name, name, CompletionResultType.ParameterValue, name);
    }

    private static string Here()
    {
        using var here = PowerShell.Create(RunspaceMode.CurrentRunspace);
        return here.AddCommand("Get-Location").Invoke()[0].ToString();
    }
}
