using PSContainer.Engine.Cgroups.Making;
using PSContainer.Engine.Text;

namespace PSContainer.Engine.Cgroups.Limits;

/// <summary>One change that is going to be made, for -WhatIf and -Verbose.</summary>
/// <param name="Call">What is done: write("/sys/fs/cgroup/…/memory.max", "83886080").</param>
/// <param name="Why">The reason.</param>
public sealed record PlannedChange(string Call, string Why)
{
    internal static PlannedChange From(CgroupAction action) => action switch
    {
        CgroupAction.MakeDirectory make => new($"mkdir({Quoted(make.Path)})", make.Why + Tolerated(make.Tolerated)),
        CgroupAction.WriteFile write => new($"write({Quoted(write.Path)}, {Quoted(write.Value)})", write.Why + Tolerated(write.Tolerated)),
        _ => new($"write({Quoted(action.Path)}, \"0\")", action.Why),
    };

    public override string ToString() => $"{Call}  # {Why}";

    internal static string Quoted(string text) => '"' + Printable.Of(text) + '"';

    private static string Tolerated(IReadOnlyList<Kernel.Errno> errnos) => errnos.Count == 0 ? "" : $" [{string.Join(", ", errnos)}: fine]";
}
