using System.Management.Automation;
using PSContainer.Cmdlets.Binding;
using PSContainer.Engine.Networks;

namespace PSContainer.Cmdlets.Networks;

/// <summary>Remove-ContainerNetwork: a network that no running container is on; docker network rm.</summary>
[Cmdlet(VerbsCommon.Remove, "ContainerNetwork", SupportsShouldProcess = true)]
public sealed class RemoveContainerNetworkCommand : NetworkCmdlet
{
    /// <summary>Names, wildcards, or the objects.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name")]
    [ArgumentCompleter(typeof(NetworkNameCompleter))]
    [ValidateNotNullOrEmpty]
    public object[] Network { get; set; } = [];

    protected override void ProcessRecord()
    {
        foreach (object wanted in Network)
        {
            ContainerNetwork[] found = [];
            if (!Try(wanted, () => found = [.. ResolveNetworks(wanted)])) continue;
            foreach (ContainerNetwork network in found)
                if (ShouldProcess(network.Name, "Remove network")) Try(network, () => Networks.Remove(network));
        }
    }
}
