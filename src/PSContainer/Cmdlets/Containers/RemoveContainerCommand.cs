using System.Management.Automation;
using PSContainer.Cmdlets.Base;
using PSContainer.Engine.Containers;

namespace PSContainer.Cmdlets.Containers;

/// <summary>Remove-Container: the record, the log and whatever is left; -Force stops it first.</summary>
[Cmdlet(VerbsCommon.Remove, "Container", SupportsShouldProcess = true)]
public sealed class RemoveContainerCommand : ContainerTargetCmdlet
{
    /// <summary>Kill it if it runs.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override void Act(Container container)
    {
        if (ShouldProcess(container.Name, "Remove")) Engine.Remove(container, Force);
    }
}
