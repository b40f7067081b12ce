using System.Management.Automation;
using PSContainer.Engine.Containers;

namespace PSContainer.Cmdlets.Networks;

/// <summary>Disconnect-ContainerNetwork: takes a container off a network, running or not; docker network disconnect.</summary>
[Cmdlet(VerbsCommunications.Disconnect, "ContainerNetwork", SupportsShouldProcess = true)]
[OutputType(typeof(Container))]
public sealed class DisconnectContainerNetworkCommand : NetworkMemberCmdlet
{
    protected override Container? Act(Container container, string network)
        => ShouldProcess(container.Name, $"Disconnect from network {network}") ? Engine.Disconnect(container, network) : null;
}
