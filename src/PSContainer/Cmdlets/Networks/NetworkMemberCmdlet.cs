using System.Management.Automation;
using PSContainer.Cmdlets.Binding;
using PSContainer.Engine.Containers;

namespace PSContainer.Cmdlets.Networks;

/// <summary>A cmdlet that puts containers on a network or takes them off it.</summary>
public abstract class NetworkMemberCmdlet : NetworkCmdlet
{
    /// <summary>The network, by name or as the object.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ArgumentCompleter(typeof(NetworkNameCompleter))]
    [ValidateNotNullOrEmpty]
    public object Network { get; set; } = "";

    /// <summary>Names, ids or their beginnings, wildcards, or the objects.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name", "Id", "ContainerId")]
    [ArgumentCompleter(typeof(ContainerNameCompleter))]
    [ValidateNotNullOrEmpty]
    public object[] Container { get; set; } = [];

    /// <summary>Return the container.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override void ProcessRecord()
    {
        foreach (object wanted in Container)
        {
            Container[] found = [];
            if (!Try(wanted, () => found = [.. Resolve(wanted)])) continue;
            foreach (Container container in found)
                Try(container, () =>
                {
                    if (Act(container, NameOf(Network)) is { } after && PassThru) WriteContainers([after]);
                });
        }
    }

    /// <summary>The work on one container, which is given back as it is then; null where it was not to be done.</summary>
    protected abstract Container? Act(Container container, string network);
}
