using PSContainer.Kernel;

namespace PSContainer.Engine.Plan;

/// <summary>A plan while it is written: hands out slots and takes steps, first the parent's, then the child's.</summary>
public sealed class PlanDraft
{
    /// <summary>AT_FDCWD: the path stands for itself.</summary>
    public static readonly Argument WorkingDirectory = new Argument.Number(Files.AtFdcwd, "AT_FDCWD");

    private readonly List<Step> _prepare = [];
    private readonly List<Step> _child = [];
    private readonly List<Step> _between = [];
    private readonly List<Step> _crossing = [];
    private List<Step>? _elsewhere;
    private bool _isApart;
    private readonly Dictionary<string, Slot> _given = [];
    private int _slots;
    private CloneStep? _clone;

    public Slot NewSlot(string name) => new(_slots++, name);

    /// <summary>A slot that the caller fills before the plan runs.</summary>
    public Slot GivenSlot(string name) => _given[name] = NewSlot(name);

    /// <summary>Ends the parent's part; what is added from here on the child does.</summary>
    public void Clone(CloneStep clone) => _clone = clone;

    /// <summary>There is a go-between that makes the child.</summary>
    public bool HasBetween { get; private set; }

    /// <summary>A go-between makes the child.</summary>
    /// <param name="apart">The child is nobody to the host: what needs the host's rights the go-between does.</param>
    public void GoBetween(bool apart)
    {
        HasBetween = true;
        _isApart = apart;
    }

    /// <summary>Steps that need the host's rights: the child's own, or, where it has none, the go-between's.</summary>
    public T Outside<T>(Func<T> steps) => _isApart ? At(_between, steps) : steps();

    /// <inheritdoc cref="Outside{T}"/>
    public void Outside(Action steps) => Outside(Returning(steps));

    /// <summary>Steps of the go-between.</summary>
    public void Between(Action steps) => At(_between, Returning(steps));

    /// <summary>Its last ones, behind all others.</summary>
    public void AtCrossing(Action steps) => At(_crossing, Returning(steps));

    /// <summary>Steps of the parent, though the child's are being written already.</summary>
    public T Before<T>(Func<T> steps) => At(_prepare, steps);

    private static Func<bool> Returning(Action steps) => () =>
    {
        steps();
        return true;
    };

    private T At<T>(List<Step> list, Func<T> steps)
    {
        List<Step>? before = _elsewhere;
        _elsewhere = list;
        T result = steps();
        _elsewhere = before;
        return result;
    }

    /// <summary>Adds a step and returns the slot of its result (empty where <paramref name="result"/> is null).</summary>
    public Slot Add(Call call, string why, Argument[] arguments, string? result = null, Slot? into = null,
        Errno[]? tolerate = null, Slot? when = null, Slot? unless = null, string? subject = null)
    {
        Slot? slot = into ?? (result is null ? null : NewSlot(result));
        (_elsewhere ?? (_clone is null ? _prepare : _child)).Add(new Step(call, why, arguments)
        {
            Result = slot, Tolerated = tolerate ?? [], When = when, Unless = unless, Subject = subject,
        });
        return slot ?? default;
    }

    public SyscallPlan Finish() => new(
        _prepare, _clone ?? throw new InvalidOperationException("a plan has a clone"), _child, _slots, _given) { Between = [.. _between, .. _crossing] };

    /// <summary>A structure as an argument.</summary>
    public static Argument Structure<T>(T data, Func<T, string> show) where T : unmanaged => new Argument.Structure<T>(data, show);

    /// <summary>Flags by value and name.</summary>
    public static Argument Flags(long value, string shown) => new Argument.Number(value, shown);
}
