using PSContainer.Engine.Cgroups.Hierarchy;
using PSContainer.Engine.Cgroups.Making;

namespace PSContainer.Engine.Cgroups.Controllers;

/// <summary>
/// Where one controller's limits go, and which of the files that depend on the kernel's configuration are there. For a
/// group that is still to be made this is told from the top of its hierarchy.
/// </summary>
/// <param name="Group">The group.</param>
/// <param name="Has">Whether a file of that name is, or will be, in the group.</param>
internal sealed record LimitTarget(CgroupGroup Group, Func<string, bool> Has)
{
    public bool IsV1 => Group.Version == CgroupVersion.V1;

    public static LimitTarget Existing(CgroupGroup group) => new(group, group.Has);

    public static LimitTarget New(CgroupGroup group) => new(group, name =>
    {
        var top = group.Mount.Directory + "/";
        if (CgroupFile.Exists(top + name)) return true;
        return name switch
        {
            // These are not shown in the root group; a neighbour of the same policy is.
            "blkio.bfq.weight" => CgroupFile.Exists(top + "blkio.bfq.io_service_bytes"),
            "io.weight" => CgroupFile.Exists(top + "io.cost.qos"),
            // Nothing at the top tells; the write will.
            "memory.swap.max" => true,
            "io.bfq.weight" => !CgroupFile.Exists(top + "io.cost.qos"),
            _ => false,
        };
    });

    public CgroupAction.WriteFile Write(string file, string value, string why, params Kernel.Errno[] tolerated)
        => new(Group.File(file), value, why, tolerated);

    public static EngineException NotSupported(string message, string advice) => new("LimitNotSupported", Reason.NotSupported, message, advice);
}
