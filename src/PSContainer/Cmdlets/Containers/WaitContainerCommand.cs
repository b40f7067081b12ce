using System.Management.Automation;
using PSContainer.Cmdlets.Base;
using PSContainer.Engine.Containers;
using PSContainer.Engine.Containers.Life;

namespace PSContainer.Cmdlets.Containers;

/// <summary>Wait-Container: until it has ended and all is cleared; gives back how it ended.</summary>
[Cmdlet(VerbsLifecycle.Wait, "Container")]
[OutputType(typeof(ContainerExit))]
public sealed class WaitContainerCommand : ContainerTargetCmdlet
{
    private readonly CancellationTokenSource _stopped = new();

    /// <summary>Seconds at most; for ever where it is not given.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue / 1000)]
    public double? Timeout { get; set; }

    protected override void StopProcessing() => _stopped.Cancel();

    protected override void Act(Container container)
        => WriteObject(Engine.Wait(container, Timeout is { } seconds ? TimeSpan.FromSeconds(seconds) : null, _stopped.Token));
}
