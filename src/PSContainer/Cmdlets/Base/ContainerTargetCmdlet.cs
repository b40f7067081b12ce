using System.Management.Automation;
using PSContainer.Cmdlets.Binding;
using PSContainer.Engine.Containers;

namespace PSContainer.Cmdlets.Base;

/// <summary>A cmdlet that does the same to each container it is given.</summary>
public abstract class ContainerTargetCmdlet : ContainerCmdlet
{
    /// <summary>Names, ids or their beginnings, wildcards, or the objects.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name", "Id", "ContainerId")]
    [ArgumentCompleter(typeof(ContainerNameCompleter))]
    [ValidateNotNullOrEmpty]
    public object[] Container { get; set; } = [];

    protected override void ProcessRecord()
    {
        foreach (object wanted in Container)
        {
            Container[] found = [];
            if (!Try(wanted, () => found = [.. Resolve(wanted)])) continue;
            foreach (Container container in found) Try(container, () => Act(container));
        }
    }

    /// <summary>The work on one container; what it throws becomes that container's error.</summary>
    protected abstract void Act(Container container);
}
