using System.Collections;
using System.Management.Automation;
using PSContainer.Engine.Builds.Context;

namespace PSContainer.Cmdlets.Binding;

/// <summary>The names of a Containerfile's stages: that file is read, nothing else.</summary>
public sealed class StageCompleter : NameCompleter
{
    protected override IEnumerable<CompletionResult> Names(string begun, IDictionary bound)
    {
        string context = Whole(bound["Path"]?.ToString() ?? ".");
        return BuildContext.Open(context, bound["File"]?.ToString() is { } file ? Whole(file) : null).File.Stages.Select(stage => stage.Name).OfType<string>().Select(Offer);
    }

    // Paths count from where PowerShell stands, which is not where the process stands.
    private static string Whole(string path)
    {
        if (Path.IsPathRooted(path)) return path;
        using var here = PowerShell.Create(RunspaceMode.CurrentRunspace);
        return Path.Combine(here.AddCommand("Get-Location").Invoke()[0].ToString(), path);
    }
}
