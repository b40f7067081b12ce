using System.Text;
using PSContainer.Kernel;

namespace PSContainer.Engine.Plan;

/// <summary>One kernel call of a plan, with the reason that it stands there.</summary>
public sealed record Step(Call Call, string Why, IReadOnlyList<Argument> Arguments)
{
    /// <summary>Where the result goes.</summary>
    public Slot? Result { get; init; }

    /// <summary>Errors that are fine: the result's slot stays empty and the plan goes on.</summary>
    public IReadOnlyList<Errno> Tolerated { get; init; } = [];

    /// <summary>The step is taken only where this slot is filled.</summary>
    public Slot? When { get; init; }

    /// <summary>The step is taken only where this slot is empty.</summary>
    public Slot? Unless { get; init; }

    /// <summary>What the step is about, for its error: a path in the container, a command, a limit.</summary>
    public string? Subject { get; init; }

    /// <summary>The call as strace would show it: <c>openat2(&lt;root&gt;, "proc", …) = &lt;proc&gt;</c>.</summary>
    public override string ToString()
    {
        // The compound step's other arguments are how it opens the file.
        if (Call == Call.WriteFile) return $"write file({(Arguments[0] is Argument.Contents folder ? $"{folder}, " : "")}{Arguments[1]}, {Arguments[4]})";
        var text = new StringBuilder(Call.Name).Append('(').AppendJoin(", ", Arguments).Append(')');
        if (Result is { } result) text.Append(" = ").Append(result);
        return text.ToString();
    }
}
