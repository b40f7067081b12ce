using System.Management.Automation;
using PSContainer.Cmdlets.Base;
using PSContainer.Cmdlets.Binding;
using PSContainer.Engine.Networks;

namespace PSContainer.Cmdlets.Networks;

/// <summary>Get-ContainerNetwork: the networks and who is on them; docker network ls and inspect.</summary>
[Cmdlet(VerbsCommon.Get, "ContainerNetwork")]
[OutputType(typeof(ContainerNetwork))]
public sealed class GetContainerNetworkCommand : NetworkCmdlet
{
    /// <summary>Names or wildcards; all where it is not given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name")]
    [ArgumentCompleter(typeof(NetworkNameCompleter))]
    [ValidateNotNullOrEmpty]
    public object[]? Network { get; set; }

    protected override void ProcessRecord()
    {
        if (Network is null) Try(null, () => WriteObject(Networks.Store.All(broken => WriteError(ErrorTable.Record(broken, null))), enumerateCollection: true));
        else foreach (object wanted in Network) Try(wanted, () => WriteObject(ResolveNetworks(wanted), enumerateCollection: true));
    }
}
