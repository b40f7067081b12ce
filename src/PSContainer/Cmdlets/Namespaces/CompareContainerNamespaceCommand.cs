using System.Management.Automation;
using PSContainer.Cmdlets.Base;
using PSContainer.Cmdlets.Binding;
using PSContainer.Cmdlets.Formats;
using PSContainer.Engine.Containers;
using PSContainer.Engine.Isolation;
using PSContainer.Engine.Isolation.Sides;

namespace PSContainer.Cmdlets.Namespaces;

/// <summary>Compare-ContainerNamespace: a container beside this machine, fact by fact, with what stands between the two.</summary>
[Cmdlet(VerbsData.Compare, "ContainerNamespace", DefaultParameterSetName = OfContainer)]
[OutputType(typeof(IsolationFact))]
public sealed class CompareContainerNamespaceCommand : ProcessTargetCmdlet, IDisposable
{
    private SideReader? _reader;
    private Side? _reference;
    private string? _table;

    /// <summary>Names, ids or their beginnings, wildcards, or the objects; processes as objects too.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = OfContainer)]
    [Alias("Name", "Id", "ContainerId", "InputObject")]
    [ArgumentCompleter(typeof(ContainerNameCompleter))]
    [ValidateNotNullOrEmpty]
    public object[] Container { get; set; } = [];

    /// <summary>Any processes, by their numbers.</summary>
    [Parameter(Mandatory = true, ParameterSetName = OfProcess)]
    [Alias("PID")]
    [ValidateNotNullOrEmpty]
    public int[] ProcessId { get; set; } = [];

    /// <summary>What stands on the left in place of this machine: a container, or a process's object or number.</summary>
    [Parameter(Position = 1)]
    [ArgumentCompleter(typeof(ContainerNameCompleter))]
    [ValidateNotNull]
    public object? Reference { get; set; }

    /// <summary>Only these aspects.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public IsolationAspect[]? Aspect { get; set; }

    protected override string NotUnderstoodId => "CompareTargetNotUnderstood";

    protected override void BeginProcessing()
    {
        try
        {
            _reader = new SideReader();
            _reference = Reference is { } wanted ? Side(wanted) : _reader.Machine;
        }
        catch (Exception failure) when (ErrorTable.Knows(failure))
        {
            // Without a left side there is nothing to compare anybody with.
            ThrowTerminatingError(ErrorTable.Record(failure, Reference));
        }
        _table = IsolationTable.NameFor(ContainerTable.WidthOf(Host));
    }

    protected override void ProcessRecord()
    {
        if (ParameterSetName == OfProcess) ActOnEach(ProcessId);
        else ActOnEach(Container);
    }

    protected override void Act(Container container) => Write(_reader!.Of(container));

    protected override void Act(int processId) => Write(_reader!.Of(processId));

    public void Dispose() => _reader?.Dispose();

    private Side Side(object wanted)
    {
        // Unlike -Container, whose numbers may be names, this says no more than "the other one".
        if (Plain(wanted) is int number) return _reader!.Of(number);
        (int? processId, Container[] containers) = Find(wanted);
        return processId is { } process ? _reader!.Of(process) : _reader!.Of(containers is [var only] ? only : ResolveOne(wanted));
    }

    private void Write(Side side)
    {
        foreach (IsolationFact fact in new Comparison(_reference!, side).Facts())
            if (Aspect is null || Aspect.Contains(fact.Aspect)) WriteObject(_table is null ? fact : IsolationTable.Named(fact, _table));
    }
}
