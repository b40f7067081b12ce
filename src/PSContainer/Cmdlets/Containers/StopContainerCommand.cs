using System.Management.Automation;
using PSContainer.Cmdlets.Base;
using PSContainer.Cmdlets.Binding;
using PSContainer.Engine.Containers;

namespace PSContainer.Cmdlets.Containers;

/// <summary>Stop-Container: asks by a signal, and kills after a time.</summary>
[Cmdlet(VerbsLifecycle.Stop, "Container", SupportsShouldProcess = true)]
[OutputType(typeof(Container))]
public sealed class StopContainerCommand : ContainerTargetCmdlet
{
    private readonly CancellationTokenSource _stopped = new();

    /// <summary>The signal that asks: the image's, else TERM.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SignalCompleter))]
    public string? Signal { get; set; }

    /// <summary>Seconds until it is killed; 0 kills at once.</summary>
    [Parameter]
    [Alias("Time")]
    [ValidateRange(0, 86400)]
    public double Timeout { get; set; } = 10;

    /// <summary>Return the container.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override void StopProcessing() => _stopped.Cancel();

    protected override void Act(Container container)
    {
        if (!ShouldProcess(container.Name, "Stop")) return;
        Container after = Engine.Stop(container, Signal, TimeSpan.FromSeconds(Timeout), _stopped.Token);
        if (PassThru) WriteContainers([after]);
    }
}
