using System.Management.Automation;
using PSContainer.Cmdlets.Base;
using PSContainer.Cmdlets.Binding;
using PSContainer.Engine;
using PSContainer.Engine.Cgroups.Limits;
using PSContainer.Engine.Containers;
using PSContainer.Engine.Containers.Limits;
using PSContainer.Engine.Text;

namespace PSContainer.Cmdlets.Limits;

/// <summary>Set-ContainerLimit: limits a container, or any process; docker update, and systemd-run -p for what runs already.</summary>
[Cmdlet(VerbsCommon.Set, "ContainerLimit", SupportsShouldProcess = true, DefaultParameterSetName = OfContainer)]
[OutputType(typeof(LimitReport))]
public sealed class SetContainerLimitCommand : LimitParameters
{
    private ContainerLimit _wish = new();
    private string _words = "";
    private bool _isVerbose;

    /// <summary>Names, ids or their beginnings, wildcards, or the objects; processes as objects too.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = OfContainer)]
    [Alias("Name", "Id", "ContainerId", "InputObject")]
    [ArgumentCompleter(typeof(ContainerNameCompleter))]
    [ValidateNotNullOrEmpty]
    public object[] Container { get; set; } = [];

    /// <summary>Any processes, by their numbers.</summary>
    [Parameter(Mandatory = true, ParameterSetName = OfProcess)]
    [Alias("PID")]
    public int[] ProcessId { get; set; } = [];

    /// <summary>Set a memory limit below what is used, even if the kernel kills for it (cgroup v2; v1 never takes it).</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Return what holds afterwards.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override void BeginProcessing()
    {
        // The same wish for every target: what is wrong with it is wrong once.
        try
        {
            _wish = ToLimit();
            if (_wish.IsEmpty)
                throw new EngineException("LimitMissing", Reason.InvalidInput, "There is no limit to set.", "Give at least one: -Memory 80MB, -Cpus 1.5, -PidsLimit 100 …");
            _wish.Validate();
        }
        catch (EngineException failure)
        {
            ThrowTerminatingError(ErrorTable.Record(failure, null));
        }
        _words = "Set limits" + string.Concat(MyInvocation.BoundParameters.Where(given => Array.IndexOf(LimitNames, given.Key) >= 0)
            .Select(given => $" -{given.Key} {Shown(given.Key, given.Value)}"));
        _isVerbose = MyInvocation.BoundParameters.TryGetValue("Verbose", out object? verbose)
            ? verbose is SwitchParameter { IsPresent: true }
            : SessionState.PSVariable.GetValue("VerbosePreference") is ActionPreference and not ActionPreference.SilentlyContinue;
    }

    protected override void ProcessRecord()
    {
        if (ParameterSetName == OfProcess) ActOnEach(ProcessId);
        else ActOnEach(Container);
    }

    protected override void Act(Container container)
    {
        if (!IsWanted($"Container '{container.Name}'", () => Limits.Plan(container, _wish))) return;
        Limits.Set(container, _wish, Force);
        if (PassThru) WriteObject(LimitReport.Of(Engine.Get(container.Id), Limits));
    }

    protected override void Act(int processId)
    {
        if (!IsWanted($"Process {processId}", () => ProcessLimit.Plan(processId, _wish))) return;
        ProcessLimit.Set(processId, _wish, Force);
        if (PassThru) WriteObject(LimitReport.Of(processId));
    }

    // The plan is made only where somebody is going to read it.
    private bool IsWanted(string target, Func<IReadOnlyList<PlannedChange>> plan)
    {
        bool wanted = ShouldProcess($"{_words}: {target}", $"{_words}: {target}?", "Set-ContainerLimit", out ShouldProcessReason reason);
        if (reason == ShouldProcessReason.WhatIf) foreach (PlannedChange change in plan()) Print("  " + change);
        else if (wanted && _isVerbose) foreach (PlannedChange change in plan()) WriteVerbose(change.ToString());
        return wanted;
    }

    private static string Shown(string name, object given) => given switch
    {
        -1L or -1d => SizeText.Unlimited,
        long bytes when name.StartsWith(nameof(Memory), StringComparison.Ordinal) => SizeText.Of(bytes),
        string[] texts => string.Join(", ", texts.Select(Printable.Of)),
        string text => $"'{Printable.Of(text)}'",
        _ => FormattableString.Invariant($"{given}"),
    };

    private static readonly string[] LimitNames =
    [
        nameof(Memory), nameof(MemoryHigh), nameof(MemoryLow), nameof(MemorySwap), nameof(Cpus), nameof(CpuWeight), nameof(CpusetCpus), nameof(PidsLimit),
        nameof(IOWeight), nameof(DeviceReadBps), nameof(DeviceWriteBps), nameof(DeviceReadIops), nameof(DeviceWriteIops),
    ];
}
