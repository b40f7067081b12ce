using System.Management.Automation;
using PSContainer.Cmdlets.Base;
using PSContainer.Cmdlets.Binding;
using PSContainer.Engine.Containers;
using PSContainer.Engine.Networks.Ports;

namespace PSContainer.Cmdlets.Ports;

/// <summary>Get-ContainerPort: the ports of this machine that lead to running containers; docker port.</summary>
[Cmdlet(VerbsCommon.Get, "ContainerPort")]
[OutputType(typeof(PublishedPort))]
public sealed class GetContainerPortCommand : ContainerCmdlet
{
    /// <summary>Names, ids or their beginnings, wildcards; all where it is not given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name", "Id", "ContainerId")]
    [ArgumentCompleter(typeof(ContainerNameCompleter))]
    [ValidateNotNullOrEmpty]
    public object[]? Container { get; set; }

    /// <summary>Only what leads to these ports of the containers.</summary>
    [Parameter(Position = 1)]
    [ValidateRange(1, 65535)]
    public int[]? ContainerPort { get; set; }

    [Parameter]
    public PortProtocol? Protocol { get; set; }

    protected override void ProcessRecord()
    {
        if (Container is null)
        {
            Try(null, () => Write(Engine.Store.All(broken => WriteError(ErrorTable.Record(broken, null))).Select(Engine.Probe)));
            return;
        }
        foreach (object wanted in Container) Try(wanted, () => Write(Resolve(wanted)));
    }

    private void Write(IEnumerable<Container> containers)
    {
        foreach (Container container in containers)
        {
            Try(container, () =>
            {
                foreach (PublishedPort port in Engine.Ports(container))
                    if ((ContainerPort is null || ContainerPort.Contains(port.ContainerPort)) && (Protocol is null || Protocol == port.Protocol)) WriteObject(port);
            });
        }
    }
}
