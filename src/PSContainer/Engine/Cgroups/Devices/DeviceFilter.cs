using PSContainer.Engine.Cgroups.Hierarchy;
using PSContainer.Kernel;

namespace PSContainer.Engine.Cgroups.Devices;

/// <summary>A device program to attach to a cgroup v2 directory, as data.</summary>
/// <param name="Directory">The group's directory.</param>
/// <param name="Instructions">What <see cref="DeviceProgram.Build"/> made.</param>
public sealed record DeviceFilter(string Directory, ulong[] Instructions)
{
    /// <summary>
    /// Loads and attaches it. A program of ours that is there already is replaced in one step, or, where the kernel can't (before
    /// 5.6), detached after the new one is attached: all attached programs must allow an access, so there is no open moment.
    /// </summary>
    /// <exception cref="EngineException">DeviceRulesFailed.</exception>
    public void Attach()
    {
        int cgroup = -1, program = -1;
        var old = new List<int>();
        try
        {
            cgroup = CgroupFile.OpenDirectory(Directory);
            program = Bpf.Load(Instructions);
            FindOurs(cgroup, old);
            if (old.Count == 1 && TryReplace(cgroup, program, old[0])) return;
            Bpf.Attach(cgroup, program);
            foreach (var fd in old) Bpf.Detach(cgroup, fd);
        }
        catch (KernelException error)
        {
            throw new EngineException("DeviceRulesFailed", error.Errno == Errno.EPERM ? Reason.NoPermission : Reason.Failed,
                $"The device rules of {Directory} can't be set: {error.Message}.", "cgroup v2 needs a kernel with CONFIG_CGROUP_BPF, and CAP_BPF with CAP_NET_ADMIN.", error);
        }
        finally
        {
            foreach (var fd in old) CgroupFile.Close(fd);
            if (program >= 0) CgroupFile.Close(program);
            if (cgroup >= 0) CgroupFile.Close(cgroup);
        }
    }

    private static bool TryReplace(int cgroup, int program, int old)
    {
        try
        {
            Bpf.Attach(cgroup, program, old);
            return true;
        }
        catch (KernelException error) when (error.Errno is Errno.EINVAL or Errno.ENOENT) { return false; }
    }

    // Others (systemd's DeviceAllow) may have attached programs of their own here; those stay.
    private static void FindOurs(int cgroup, List<int> ours)
    {
        foreach (var id in Bpf.Attached(cgroup))
        {
            var fd = Bpf.Open(id);
            if (Bpf.NameOf(fd) == Bpf.ProgramName) ours.Add(fd);
            else CgroupFile.Close(fd);
        }
    }
}
