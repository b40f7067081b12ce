using PSContainer.Engine.Cgroups.Hierarchy;
using PSContainer.Engine.Cgroups.Limits;
using PSContainer.Engine.Text;
using PSContainer.Kernel;

namespace PSContainer.Engine.Cgroups.Controllers;

/// <summary>
/// Makes room before memory.max goes below what is used. v1 refuses such a limit (EBUSY) once it could not reclaim
/// enough; v2 takes it and kills, so there the reclaiming is asked for and checked beforehand.
/// </summary>
internal static class MemoryRoom
{
    /// <exception cref="EngineException">MemoryInUse: the group still uses more than <paramref name="max"/>.</exception>
    public static void Make(CgroupGroup group, long max)
    {
        if (group.Version == CgroupVersion.V1 || max == ContainerLimit.Unlimited) return;
        // Page cache comes and goes while one looks; three rounds separate a use that stays from one that was passing.
        for (var round = 0; round < 3; round++)
        {
            if (CgroupText.Number(group.Read("memory.current")) is not { } used || used <= max) return;
            var surplus = used - max;
            var errno = CgroupFile.Write(group.File("memory.reclaim"), surplus.ToString());
            if (errno == Errno.ENOENT) ReclaimByHigh(group, max);
        }
        if (CgroupText.Number(group.Read("memory.current")) is { } still && still > max)
        {
            throw new EngineException("MemoryInUse", Reason.WrongState,
                $"{group.Path} uses {SizeText.Of(still)}, more than the new limit of {SizeText.Of(max)}, and the kernel can't free enough: the limit would kill its processes.",
                "Stop something in it, choose a higher limit, or force it.");
        }
    }

    // Before 5.19 there is no memory.reclaim, but writing memory.high reclaims down to it at once.
    private static void ReclaimByHigh(CgroupGroup group, long max)
    {
        if (group.Read("memory.high")?.Trim() is not { } before) return;
        CgroupFile.Write(group.File("memory.high"), CgroupText.V2(max));
        CgroupFile.Write(group.File("memory.high"), before);
    }
}
