using System.Management.Automation;
using PSContainer.Cmdlets.Base;
using PSContainer.Cmdlets.Binding;
using PSContainer.Engine.Containers;
using PSContainer.Engine.Containers.Limits;
using PSContainer.Engine.State;

namespace PSContainer.Cmdlets.Limits;

/// <summary>Measure-Container: what containers use; docker stats --no-stream.</summary>
[Cmdlet(VerbsDiagnostic.Measure, "Container")]
[OutputType(typeof(ContainerMeasure))]
public sealed class MeasureContainerCommand : ContainerCmdlet
{
    private readonly CancellationTokenSource _stopped = new();
    private readonly List<ContainerMeasure> _first = [];

    /// <summary>Names, ids or their beginnings, wildcards, or the objects; all that run where it is not given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name", "Id", "ContainerId")]
    [ArgumentCompleter(typeof(ContainerNameCompleter))]
    [ValidateNotNullOrEmpty]
    public object[]? Container { get; set; }

    /// <summary>Seconds between two looks: with it there is a CpuPercent.</summary>
    [Parameter]
    [ValidateRange(0.01, 86400)]
    public double? Interval { get; set; }

    protected override void ProcessRecord()
    {
        if (Container is null)
            Try(null, () => Look(Engine.Store.All(broken => WriteError(ErrorTable.Record(broken, null))).Select(Engine.Probe).Where(container => container.Status is ContainerStatus.Running or ContainerStatus.Paused)));
        else foreach (object wanted in Container) Try(wanted, () => Look(Resolve(wanted)));
    }

    // All are looked at once before the wait, so that it is one for all of them.
    protected override void EndProcessing()
    {
        if (Interval is not { } seconds || _first.Count == 0 || _stopped.Token.WaitHandle.WaitOne(TimeSpan.FromSeconds(seconds))) return;
        foreach (ContainerMeasure earlier in _first)
            Try(earlier, () => WriteObject(ContainerMeasure.Of(Engine.Get(earlier.ContainerId)).Since(earlier)));
    }

    protected override void StopProcessing() => _stopped.Cancel();

    private void Look(IEnumerable<Container> containers)
    {
        foreach (Container container in containers)
            Try(container, () =>
            {
                ContainerMeasure measure = ContainerMeasure.Of(container);
                if (Interval is null) WriteObject(measure);
                else _first.Add(measure);
            });
    }
}
