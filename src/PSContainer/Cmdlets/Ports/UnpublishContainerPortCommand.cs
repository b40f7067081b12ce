using System.Management.Automation;
using PSContainer.Cmdlets.Base;
using PSContainer.Cmdlets.Binding;
using PSContainer.Engine.Containers;
using PSContainer.Engine.Networks.Ports;

namespace PSContainer.Cmdlets.Ports;

/// <summary>Unpublish-ContainerPort: ports of this machine lead to a container no longer, at once where it runs.</summary>
[Cmdlet(VerbsData.Unpublish, "ContainerPort", SupportsShouldProcess = true)]
public sealed class UnpublishContainerPortCommand : ContainerTargetCmdlet
{
    /// <summary>Ports of this machine.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(HostPortCompleter))]
    [ValidateRange(1, 65535)]
    public int[] HostPort { get; set; } = [];

    /// <summary>Only of this protocol; of both where it is not given.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public PortProtocol? Protocol { get; set; }

    protected override void Act(Container container)
    {
        if (ShouldProcess(container.Name, $"Unpublish {string.Join(", ", HostPort)}")) Engine.Unpublish(container, HostPort, Protocol);
    }
}
