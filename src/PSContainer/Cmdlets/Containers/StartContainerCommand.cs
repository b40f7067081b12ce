using System.Management.Automation;
using PSContainer.Cmdlets.Base;
using PSContainer.Engine.Containers;

namespace PSContainer.Cmdlets.Containers;

/// <summary>Start-Container: starts what was made with -NoStart, or has stopped.</summary>
[Cmdlet(VerbsLifecycle.Start, "Container", SupportsShouldProcess = true)]
[OutputType(typeof(Container))]
public sealed class StartContainerCommand : ContainerTargetCmdlet
{
    /// <summary>Return the container.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override void Act(Container container)
    {
        if (!ShouldProcess(container.Name, "Start")) return;
        Container started = Engine.Start(container);
        if (PassThru) WriteContainers([started]);
    }
}
