using System.Management.Automation;
using PSContainer.Engine.Builds;

namespace PSContainer.Cmdlets.Base;

/// <summary>A build as a person sees it: one bar that names the step; with -Verbose, each step and all that it prints.</summary>
internal sealed class BuildDisplay(Cmdlet cmdlet) : IDisposable
{
    private const string Activity = "Build-ContainerImage";

    private bool _isShown;

    public void Report(BuildProgress progress)
    {
        switch (progress.Event)
        {
            case BuildEvent.Begun:
                _isShown = true;
                cmdlet.WriteProgress(new ProgressRecord(0, Activity, progress.Title) { PercentComplete = Math.Min(100, 100 * (progress.Number - 1) / progress.Total) });
                cmdlet.WriteVerbose(progress.Title);
                break;
            case BuildEvent.Cached: cmdlet.WriteVerbose($"[{progress.Stage} {progress.Number}/{progress.Total}] cached"); break;
            case BuildEvent.Output: cmdlet.WriteVerbose("    " + progress.Text); break;
            case BuildEvent.Warning: cmdlet.WriteWarning(progress.Text); break;
        }
    }

    /// <summary>For -WhatIf: a line a step, with whether it would be done.</summary>
    public static Action<BuildProgress> Plan(Action<string> print) => progress =>
    {
        string? said = progress.Event switch
        {
            BuildEvent.Cached => "cached: ",
            BuildEvent.Wanted => "to do:  ",
            BuildEvent.Done => "        ",
            BuildEvent.Warning => "warning: ",
            _ => null,
        };
        if (said is not null) print(said + (progress.Event == BuildEvent.Warning ? progress.Text : progress.Title));
    };

    public void Dispose()
    {
        if (_isShown) cmdlet.WriteProgress(new ProgressRecord(0, Activity, "done") { RecordType = ProgressRecordType.Completed });
    }
}
