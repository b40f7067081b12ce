using System.Management.Automation;
using PSContainer.Cmdlets.Base;
using PSContainer.Engine.Containers;
using PSContainer.Engine.Roots;

namespace PSContainer.Cmdlets.Containers;

/// <summary>Compare-Container: what a container has added, changed and deleted; docker diff.</summary>
[Cmdlet(VerbsData.Compare, "Container")]
[OutputType(typeof(FileChange))]
public sealed class CompareContainerCommand : ContainerTargetCmdlet
{
    private readonly CancellationTokenSource _stopped = new();

    protected override void StopProcessing() => _stopped.Cancel();

    protected override void Act(Container container)
    {
        foreach (FileChange change in Engine.Compare(container, _stopped.Token)) WriteObject(change);
    }
}
