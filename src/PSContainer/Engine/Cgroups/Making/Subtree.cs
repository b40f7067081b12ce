using PSContainer.Engine.Cgroups.Controllers;
using PSContainer.Engine.Cgroups.Hierarchy;
using PSContainer.Kernel;

namespace PSContainer.Engine.Cgroups.Making;

/// <summary>
/// cgroup.subtree_control (cgroup-v2.rst, "Enabling and Disabling"): a group has a controller's files only if each group above
/// it passes the controller on.
/// </summary>
internal static class Subtree
{
    // What an answer can be where a controller is merely nice to have.
    private static readonly Errno[] Harmless = [Errno.EBUSY, Errno.EINVAL, Errno.ENOENT, Errno.EOPNOTSUPP, Errno.EACCES, Errno.EPERM, Errno.EROFS];

    /// <summary>Adds the writes that let <paramref name="group"/> have these controllers, from the top down; only those missing.</summary>
    public static void Enable(CgroupGroup group, IEnumerable<CgroupController> needed, IEnumerable<CgroupController> welcome, List<CgroupAction> actions)
    {
        var strict = needed.Select(CgroupControllerName.V2).OfType<string>().Distinct().ToArray();
        Enable(group, strict, welcome.Select(CgroupControllerName.V2).OfType<string>().Except(strict).ToArray(), actions);
    }

    public static void Enable(CgroupGroup group, IReadOnlyList<string> needed, IReadOnlyList<string> welcome, List<CgroupAction> actions)
    {
        var chain = new Stack<CgroupGroup>();
        for (var at = group.Parent(); at is not null; at = at.Parent()) chain.Push(at);
        foreach (var above in chain)
        {
            Level(above, needed, welcome, actions);
        }
    }

    /// <summary>The writes for one group that passes controllers on; it may still have to be made.</summary>
    public static void Level(CgroupGroup above, IReadOnlyList<string> needed, IReadOnlyList<string> welcome, List<CgroupAction> actions)
    {
        var passed = Words(above.Read("cgroup.subtree_control"));
        var available = above.Read("cgroup.controllers") is { } text ? Words(text) : null;
        foreach (var controller in needed)
        {
            if (passed.Contains(controller)) continue;
            if (available is not null && !available.Contains(controller))
            {
                throw LimitTarget.NotSupported($"cgroup v2 has no controller {controller} in {above.Directory}.", "Enable it in the groups above (cgroup.subtree_control), or unmount its v1 hierarchy.");
            }
            actions.Add(new CgroupAction.WriteFile(above.File("cgroup.subtree_control"), "+" + controller, $"pass {controller} on to the groups below"));
        }
        foreach (var controller in welcome)
        {
            if (passed.Contains(controller) || (available is not null && !available.Contains(controller))) continue;
            actions.Add(new CgroupAction.WriteFile(above.File("cgroup.subtree_control"), "+" + controller, $"pass {controller} on, so that its use can be read", Harmless));
        }
    }

    private static string[] Words(string? text) => text?.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries) ?? [];
}
