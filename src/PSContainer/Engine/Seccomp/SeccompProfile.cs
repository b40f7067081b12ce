using PSContainer.Kernel.Seccomp;

namespace PSContainer.Engine.Seccomp;

/// <summary>What linux.seccomp says, understood: what each call is answered.</summary>
public sealed record SeccompProfile
{
    /// <summary>The answer to what no rule is about, as the kernel has it (<see cref="SeccompAction"/>).</summary>
    public required uint Otherwise { get; init; }

    /// <summary>Beside the machine's own.</summary>
    public IReadOnlyList<uint> Architectures { get; init; } = [];

    /// <summary>For seccomp(2), SECCOMP_FILTER_FLAG_*.</summary>
    public uint Flags { get; init; }

    public IReadOnlyList<SeccompRule> Rules { get; init; } = [];

    /// <summary>Who is asked what to answer; null where no rule asks anybody.</summary>
    public SeccompListener? Listener { get; init; }
}

/// <summary>The answer to calls of these names where all comparisons hold.</summary>
public sealed record SeccompRule(IReadOnlyList<string> Names, uint Action, IReadOnlyList<SeccompComparison> Arguments);

/// <summary>An agent that answers calls.</summary>
/// <param name="Path">Its socket.</param>
/// <param name="Metadata">What it is told beside the container's state.</param>
public sealed record SeccompListener(string Path, string? Metadata);
