using System.Management.Automation;
using PSContainer.Cmdlets.Base;
using PSContainer.Cmdlets.Binding;
using PSContainer.Engine.Containers;
using PSContainer.Engine.Containers.Limits;

namespace PSContainer.Cmdlets.Limits;

/// <summary>Get-ContainerLimit: what the kernel holds a container or a process to, and which group above holds it tighter.</summary>
[Cmdlet(VerbsCommon.Get, "ContainerLimit", DefaultParameterSetName = OfContainer)]
[OutputType(typeof(LimitReport))]
public sealed class GetContainerLimitCommand : LimitTargetCmdlet
{
    /// <summary>Names, ids or their beginnings, wildcards, or the objects; processes as objects too. All containers where it is not given.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = OfContainer)]
    [Alias("Name", "Id", "ContainerId", "InputObject")]
    [ArgumentCompleter(typeof(ContainerNameCompleter))]
    [ValidateNotNullOrEmpty]
    public object[]? Container { get; set; }

    /// <summary>Any processes, by their numbers.</summary>
    [Parameter(Mandatory = true, ParameterSetName = OfProcess)]
    [Alias("PID")]
    public int[] ProcessId { get; set; } = [];

    protected override void ProcessRecord()
    {
        if (ParameterSetName == OfProcess) ActOnEach(ProcessId);
        else if (Container is not null) ActOnEach(Container);
        else Try(null, () => ActOnEach(Engine.Store.All(broken => WriteError(ErrorTable.Record(broken, null))).Select(record => (object)record.Id)));
    }

    protected override void Act(Container container) => WriteObject(LimitReport.Of(container, Limits));

    protected override void Act(int processId) => WriteObject(LimitReport.Of(processId));
}
