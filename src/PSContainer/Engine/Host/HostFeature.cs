namespace PSContainer.Engine.Host;

/// <summary>Something that this machine may have or lack.</summary>
/// <param name="Name">"overlay", "openat2".</param>
/// <param name="IsAvailable">It is there and can be used by the caller, as far as asking tells.</param>
/// <param name="Purpose">What it is needed for.</param>
/// <param name="Detail">Why it is not, or which kind it is; empty where there is nothing to say.</param>
/// <param name="IsRequired">No container starts without it.</param>
/// <param name="Remedy">How to come by it.</param>
public sealed record HostFeature(string Name, bool IsAvailable, string Purpose, string Detail, bool IsRequired, string Remedy)
{
    public override string ToString() => IsAvailable ? Name : $"no {Name}";
}
