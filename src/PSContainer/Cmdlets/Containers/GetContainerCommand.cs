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
            Try(null, () => Write(Engine.Store.All(broken => WriteError(ErrorTable.Record(broken, null))).Select(record => record.Id)));
            return;
        }
        foreach (object wanted in Container) Try(wanted, () => Write(Resolve(wanted)));
    }

    private void Write(IEnumerable<string> ids)
    {
        foreach (string id in ids)
        {
            try
            {
                Write([Engine.Get(id)]);
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

    private void Write(IEnumerable<Container> containers)
    {
        foreach (Container container in containers)
            if (Status is null || Status.Contains(container.Status)) WriteObject(container);
    }
}
