namespace PSContainer.Engine.Repair;

/// <summary>What kind of thing was left behind.</summary>
public enum ResidueKind
{
    /// <summary>The run folder and the cgroup of a container whose supervisor was killed.</summary>
    DeadContainer,
    /// <summary>A cgroup of ours that nothing runs in and nobody knows.</summary>
    Cgroup,
    /// <summary>A container's folder that was cut off while it was made or removed, or whose record can't be read.</summary>
    Record,
    /// <summary>A name that no container has.</summary>
    Name,
    /// <summary>An address on a network that no container has any more.</summary>
    Lease,
    /// <summary>The bridge of a network that nobody is on.</summary>
    Bridge,
    /// <summary>The group that held one limited process, which has ended.</summary>
    ProcessGroup,
}

/// <summary>Something that a power cut or a kill left behind, and how it is cleared.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Target">Its path or name.</param>
/// <param name="Why">How one can tell.</param>
public sealed record Residue(ResidueKind Kind, string Target, string Why)
{
    internal Action Clear { get; init; } = static () => { };

    public override string ToString() => $"{Kind} {Target}";
}
