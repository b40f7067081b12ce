namespace PSContainer.Engine.Plan;

/// <summary>
/// All kernel calls that make a container or enter one, as data: built by pure code, tested without root, printed by
/// -WhatIf, and carried out by the executor in <c>pscontainer</c>.
/// </summary>
/// <param name="Prepare">Taken by the parent before the clone: what needs the host's view.</param>
/// <param name="Clone3">The clone3(2) between the two.</param>
/// <param name="Child">Taken by the new process, up to execve.</param>
/// <param name="SlotCount">How many slots the steps use.</param>
/// <param name="Given">Slots that the caller fills beforehand, by name: pipes, the start fifo, standard streams.</param>
public sealed record SyscallPlan(
    IReadOnlyList<Step> Prepare,
    CloneStep Clone3,
    IReadOnlyList<Step> Child,
    int SlotCount,
    IReadOnlyDictionary<string, Slot> Given)
{
    /// <summary>
    /// Taken by a go-between, which then makes the child and ends; none where the parent makes it itself. It can enter what the child is to be born in, and the parent
    /// could not leave again.
    /// </summary>
    public IReadOnlyList<Step> Between { get; init; } = [];
}

/// <summary>The clone3(2) of a plan.</summary>
/// <param name="Flags">Namespaces to make, beside the executor's own CLONE_PIDFD and CLONE_CLEAR_SIGHAND.</param>
/// <param name="Shown">How the flags read.</param>
/// <param name="Cgroup">The cgroup v2 directory that the child is born in, if any.</param>
/// <param name="Why">The reason.</param>
public sealed record CloneStep(Kernel.CloneFlags Flags, string Shown, Slot? Cgroup, string Why);
