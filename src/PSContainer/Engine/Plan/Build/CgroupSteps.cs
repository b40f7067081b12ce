using PSContainer.Engine.Cgroups;
using PSContainer.Engine.Cgroups.Hierarchy;
using PSContainer.Engine.Cgroups.Making;
using PSContainer.Engine.Plan.Build.Root;
using PSContainer.Engine.Spec;
using PSContainer.Kernel;

namespace PSContainer.Engine.Plan.Build;

/// <summary>A cgroup hierarchy as the container sees it below its /sys/fs/cgroup.</summary>
/// <param name="Name">The folder's name there: "memory", "cpu,cpuacct".</param>
/// <param name="Directory">The container's own group on the host.</param>
public sealed record CgroupView(string Name, string Directory);

/// <summary>What a plan needs to know of the cgroup that its process runs in.</summary>
/// <param name="Before">Groups to make and limits to write, in order.</param>
/// <param name="Joins">The v1 groups that the child moves itself into.</param>
/// <param name="BornIn">The v2 group that the child is born in.</param>
/// <param name="DeviceProgram">The eBPF device filter of that group; null where v1's devices controller serves.</param>
/// <param name="UnifiedOnly">The machine has cgroup v2 alone.</param>
/// <param name="Views">What to show where the configuration wants "cgroup".</param>
public sealed record ContainerCgroupPlan(
    IReadOnlyList<CgroupAction> Before, IReadOnlyList<CgroupAction.Join> Joins, string? BornIn,
    ulong[]? DeviceProgram, bool UnifiedOnly, IReadOnlyList<CgroupView> Views)
{
    /// <summary>No cgroup at all: the process stays in the caller's.</summary>
    public static readonly ContainerCgroupPlan None = new([], [], null, null, false, []);

    /// <summary>A new group.</summary>
    public static ContainerCgroupPlan Make(CgroupPlan plan) => new(
        plan.Actions, plan.Joins, plan.BirthDirectory, plan.DeviceFilter?.Instructions,
        plan.Cgroup.Mounts.Layout == CgroupLayout.V2, [.. plan.Cgroup.Groups.Select(group => new CgroupView(Path.GetFileName(group.Mount.Directory), group.Directory))]);

    /// <summary>A group that is there.</summary>
    public static ContainerCgroupPlan Join(ContainerCgroup cgroup) => None with
    {
        Joins = [.. cgroup.Groups.Where(group => group.Version == CgroupVersion.V1 && group.Exists)
            .Select(group => new CgroupAction.Join(group.Directory + "/tasks", "into the container's cgroup: " + Path.GetFileName(group.Mount.Directory)))],
        BornIn = cgroup.Unified is { Exists: true } unified ? unified.Directory : null,
    };
}

/// <summary>Turns the cgroup's actions into steps.</summary>
internal sealed class CgroupSteps(PlanDraft draft, ContainerCgroupPlan cgroup)
{
    /// <summary>The v2 group's directory, once opened.</summary>
    public Slot? BornIn { get; private set; }

    public CloneFlags Flags => cgroup.BornIn is null ? CloneFlags.None : CloneFlags.IntoCgroup;

    public void Make()
    {
        foreach (CgroupAction action in cgroup.Before)
        {
            if (action is CgroupAction.MakeDirectory make)
                draft.Add(Call.Mkdirat, make.Why, [PlanDraft.WorkingDirectory, make.Path, PlanDraft.Flags(0x1ED, "0755")],
                    tolerate: [.. make.Tolerated], subject: make.Path);
            else if (action is CgroupAction.WriteFile write)
                Write(write.Path, write.Value, write.Why, write.Tolerated);
        }
        if (cgroup.BornIn is not { } born) return;
        BornIn = draft.Add(Call.Openat, "the cgroup that the container is born in",
            [PlanDraft.WorkingDirectory, born, PlanDraft.Flags(OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.CloseOnExec, "O_RDONLY|O_DIRECTORY")],
            result: "cgroup", subject: born);
        if (cgroup.DeviceProgram is { } program) DeviceFilterSteps.Attach(draft, BornIn.Value, program);
    }

    /// <summary>The container may write to what it sees of its cgroup.</summary>
    public static bool IsWritable(RuntimeSpec spec)
    {
        foreach (MountSpec mount in spec.Mounts)
            if (mount.Type is "cgroup" or "cgroup2" && !MountOptions.Parse(mount.Options).Set.HasFlag(MountAttributes.ReadOnly)) return true;
        return false;
    }

    /// <summary>The v2 group, and the files that may be given away (/sys/kernel/cgroup/delegate), belong to the container's root.</summary>
    public void GiveTo(UserSteps users)
    {
        if (BornIn is not { } group || !users.AreKnown) return;
        uint uid = users.OutsideUid(0), gid = users.OutsideGid(0);
        foreach (string name in (string[])["", "cgroup.procs", "cgroup.threads", "cgroup.subtree_control", "memory.oom.group", "memory.reclaim"])
            draft.Add(Call.Fchownat, "the container's root manages its own group", [group, name, uid, gid, PlanDraft.Flags(Files.AtEmptyPath, "AT_EMPTY_PATH")],
                // Which of them there are is the kernel's and the controllers' matter.
                tolerate: [Errno.ENOENT], subject: name);
    }

    public void Join()
    {
        foreach (CgroupAction.Join join in cgroup.Joins) Write(join.Path, "0", join.Why, []);
    }

    private void Write(string path, string value, string why, Errno[] tolerated)
        => draft.Add(Call.WriteFile, why,
            [.. InRoot.HowArguments(PlanDraft.WorkingDirectory, path, OpenFlags.WriteOnly | OpenFlags.CloseOnExec, 0, Resolve.None),
             value, System.Text.Encoding.UTF8.GetByteCount(value)], tolerate: tolerated, subject: path);
}
