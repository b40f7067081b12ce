using PSContainer.Engine.Cgroups;
using PSContainer.Engine.Cgroups.Hierarchy;
using PSContainer.Engine.Cgroups.Limits;
using PSContainer.Engine.Cgroups.Making;
using PSContainer.Engine.Spec;
using PSContainer.Kernel;

namespace PSContainer.Engine.Containers.Limits;

/// <summary>
/// A container's limits, changed where it runs and in its config.json, so that they hold from the next start as well.
/// Both or neither: the file is written under another name first, then the kernel is told, then the file is renamed.
/// </summary>
public sealed class ContainerLimits(ContainerStore store)
{
    /// <summary>What <see cref="Set"/> would do.</summary>
    /// <exception cref="EngineException">As <see cref="Set"/>, as far as it can be told beforehand.</exception>
    public IReadOnlyList<PlannedChange> Plan(Container container, ContainerLimit wish)
    {
        wish = wish.Validate();
        CgroupMounts mounts = CgroupMounts.Discover();
        var planned = new List<PlannedChange>();
        if (Cgroup(container, mounts) is { } cgroup) planned.AddRange(cgroup.PlanApply(new CgroupSettings { Limit = wish }).Select(PlannedChange.From));
        string path = ConfigPath(container);
        var changes = new List<ResourceEdit.Change>();
        Edit(container, path, wish, mounts, changes);
        foreach (ResourceEdit.Change change in changes)
        {
            string effect = change.Value is null ? $"remove linux.resources.{change.Member}" : $"linux.resources.{change.Member} = {change.Value}";
            planned.Add(new PlannedChange($"edit({PlannedChange.Quoted(path)}, {effect})", "so that it holds from the next start"));
        }
        return planned;
    }

    /// <summary>Sets limits; values that are null stay as they are. A container that does not run gets them at its next start.</summary>
    /// <param name="container">Running, paused, created or stopped.</param>
    /// <param name="wish">The limits.</param>
    /// <param name="force">As in <see cref="ContainerCgroup.Apply(ContainerLimit, bool)"/>.</param>
    /// <exception cref="EngineException">ContainerNotFound, PermissionDenied, ConfigInvalid, and those of <see cref="ContainerCgroup.Apply(ContainerLimit, bool)"/>.</exception>
    public void Set(Container container, ContainerLimit wish, bool force)
    {
        wish = wish.Validate();
        CgroupMounts mounts = CgroupMounts.Discover();
        string path = ConfigPath(container), temporary = path + ".new";
        // Two changes at once must not lose one another's; a folder can be locked like a file.
        int @lock = OpenFolder(container, Path.GetDirectoryName(path)!);
        try
        {
            Files.Lock(@lock);
            byte[]? config = Edit(container, path, wish, mounts, []);
            if (config is not null) File.WriteAllBytes(temporary, config);
            try
            {
                Cgroup(container, mounts)?.Apply(wish, force);
                if (config is not null) File.Move(temporary, path, overwrite: true);
            }
            catch
            {
                File.Delete(temporary);
                throw;
            }
        }
        finally
        {
            Files.Close(@lock);
        }
    }

    /// <summary>What the configuration holds the container to from its next start.</summary>
    /// <exception cref="EngineException">ContainerNotFound, ConfigInvalid.</exception>
    public ContainerLimit Configured(Container container)
    {
        CgroupMounts mounts = CgroupMounts.Discover();
        CgroupVersion? memory = mounts.Find(CgroupController.Memory)?.Version;
        ContainerLimit said = LimitResources.ToLimit(RuntimeSpecReader.ReadBundle(Path.GetDirectoryName(ConfigPath(container))!).Linux.Resources);
        // What the configuration leaves open is the kernel's default for a new group.
        return said with
        {
            Memory = said.Memory ?? (memory is null ? null : ContainerLimit.Unlimited),
            MemoryHigh = said.MemoryHigh ?? (memory == CgroupVersion.V2 ? ContainerLimit.Unlimited : null),
            MemoryLow = said.MemoryLow ?? (memory is null ? null : 0),
            MemorySwap = said.MemorySwap ?? (mounts.CountsSwap ? ContainerLimit.Unlimited : null),
            Cpus = said.Cpus ?? (mounts.Find(CgroupController.Cpu) is null ? null : double.PositiveInfinity),
            CpuWeight = said.CpuWeight ?? (mounts.Find(CgroupController.Cpu) is null ? null : 100),
            PidsLimit = said.PidsLimit ?? (mounts.Find(CgroupController.Pids) is null ? null : ContainerLimit.Unlimited),
            DeviceThrottles = said.DeviceThrottles ?? [],
        };
    }

    private string ConfigPath(Container container) => Path.Combine(store.Root.ContainerFolder(container.Id), "config.json");

    private static ContainerCgroup? Cgroup(Container container, CgroupMounts mounts)
        => container.CgroupPath is { } path ? ContainerCgroup.Open(path, mounts) : null;

    // The file's new bytes; null where it says so already.
    private static byte[]? Edit(Container container, string path, ContainerLimit wish, CgroupMounts mounts, List<ResourceEdit.Change> changes)
    {
        byte[] before;
        try
        {
            before = File.ReadAllBytes(path);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Directory.Exists(Path.GetDirectoryName(path))
                ? new EngineException("StateCorrupt", Reason.Corrupt, $"The container '{container.Name}' has lost its configuration, '{path}'.", "Remove-Container -Force removes what is left of it.", missing)
                : Gone(container);
        }
        ResourceEdit edit = ResourceEdit.Open(before, path);
        ResourceSpec resources = edit.Resources.With(wish, mounts);
        // A running container's cgroup checks for itself.
        if (!container.IsAlive) CheckNextStart(container, RuntimeSpecReader.Read(before, path), resources, wish, mounts);
        return edit.Apply(resources, changes);
    }

    // The start would be refused; better to refuse the change.
    private static void CheckNextStart(Container container, RuntimeSpec spec, ResourceSpec resources, ContainerLimit wish, CgroupMounts mounts)
    {
        CgroupSettings next = ResourceSettings.From(resources, LimitWords.Parameters) with { Unified = null, Devices = null };
        CgroupPlan.Create(mounts, CgroupPath.Resolve(spec.Linux.CgroupsPath, container.Id), next with
        {
            // These may have been left out of the configuration because the machine lacks them: then this is where it shows.
            Limit = next.Limit with { MemoryHigh = wish.MemoryHigh, MemorySwap = wish.MemorySwap ?? next.Limit.MemorySwap, IOWeight = wish.IOWeight },
        });
    }

    private static int OpenFolder(Container container, string folder)
    {
        int descriptor = Files.TryOpen(folder, OpenFlags.ReadOnly | OpenFlags.Directory);
        if (descriptor >= 0) return descriptor;
        throw Syscall.Last switch
        {
            Errno.ENOENT => Gone(container),
            Errno.EACCES or Errno.EPERM => new EngineException("PermissionDenied", Reason.NoPermission, $"'{folder}' can't be opened.", "Run as root (sudo pwsh)."),
            var errno => new KernelException("open", errno, folder),
        };
    }

    private static EngineException Gone(Container container)
        => new("ContainerNotFound", Reason.NotFound, $"The container '{container.Name}' has been removed.", "Get-Container lists them all.");
}
