using System.Management.Automation;
using PSContainer.Cmdlets.Base;
using PSContainer.Cmdlets.Binding;
using PSContainer.Engine.Containers;
using PSContainer.Engine.State;

namespace PSContainer.Cmdlets.Containers;

/// <summary>Get-Container: all containers, running or not; docker ps -a and inspect.</summary>
[Cmdlet(VerbsCommon.Get, "Container")]
[OutputType(typeof(Container))]
public sealed class GetContainerCommand : ContainerCmdlet
{
    private readonly List<Container> _found = [];

    /// <summary>Names, ids or their beginnings, wildcards; all where it is not given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name", "Id", "ContainerId")]
    [ArgumentCompleter(typeof(ContainerNameCompleter))]
    [ValidateNotNullOrEmpty]
    public object[]? Container { get; set; }

    /// <summary>Only those in these states.</summary>
    [Parameter]
    public ContainerStatus[]? Status { get; set; }

    protected override void ProcessRecord()
    {
        if (Container is null)
        {
            Try(null, () => Gather(Engine.Store.All(broken => WriteError(ErrorTable.Record(broken, null))).Select(record => record.Id)));
            return;
        }
        foreach (object wanted in Container) Try(wanted, () => Gather(Resolve(wanted)));
    }

    // Together, for one table has to suit all of them.
    protected override void EndProcessing() => WriteContainers(_found);

    private void Gather(IEnumerable<string> ids)
    {
        foreach (string id in ids)
        {
            try
            {
                Gather([Engine.Get(id)]);
            }
            catch (PSContainer.Engine.EngineException failure) when (failure.Id == "ContainerNotFound")
            {
                // It went between the listing and the look.
            }
            catch (PSContainer.Engine.EngineException failure)
            {
                WriteError(ErrorTable.Record(failure, id));
            }
        }
    }

    private void Gather(IEnumerable<Container> containers)
    {
        foreach (Container container in containers)
            if (Status is null || Status.Contains(container.Status)) _found.Add(container);
    }
}
