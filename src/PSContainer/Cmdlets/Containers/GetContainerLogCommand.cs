using System.Management.Automation;
using PSContainer.Cmdlets.Base;
using PSContainer.Engine.Containers;
using PSContainer.Engine.Logs;

namespace PSContainer.Cmdlets.Containers;

/// <summary>Get-ContainerLog: what a container printed, with time and stream; docker logs.</summary>
[Cmdlet(VerbsCommon.Get, "ContainerLog")]
[OutputType(typeof(LogLine))]
public sealed class GetContainerLogCommand : ContainerTargetCmdlet
{
    private readonly CancellationTokenSource _stopped = new();

    /// <summary>Only the last so many lines.</summary>
    [Parameter]
    [Alias("Last")]
    [ValidateRange(0, int.MaxValue)]
    public int? Tail { get; set; }

    /// <summary>Go on as long as the container runs.</summary>
    [Parameter]
    [Alias("Follow")]
    public SwitchParameter Wait { get; set; }

    protected override void StopProcessing() => _stopped.Cancel();

    protected override void Act(Container container)
    {
        foreach (LogLine line in Engine.ReadLog(container, Tail, Wait, _stopped.Token)) WriteObject(line);
    }
}
