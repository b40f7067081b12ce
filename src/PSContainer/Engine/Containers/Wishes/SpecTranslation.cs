using PSContainer.Engine.Cgroups.Hierarchy;
using PSContainer.Engine.Cgroups.Limits;
using PSContainer.Engine.Containers.Security;
using PSContainer.Engine.Entry;
using PSContainer.Engine.Networks;
using PSContainer.Engine.Spec;
using PSContainer.Engine.State;
using PSContainer.Kernel;

namespace PSContainer.Engine.Containers.Wishes;

/// <summary>A checked wish as an OCI configuration.</summary>
public static class SpecTranslation
{
    /// <param name="readFile">Reads a text file of the container's root; null where there is none.</param>
    public static RuntimeSpec ToRuntimeSpec(ContainerSpec spec, string id, Func<string, string?> readFile)
    {
        UserSpec user = spec.User is { } name ? UserName.Resolve(name, readFile) : new UserSpec(0, 0) { AdditionalGids = [0] };
        NetworkMode mode = NetworkChoice.Parse(spec.Network.Network).Mode;
        const CloneFlags always = CloneFlags.NewIpc | CloneFlags.NewUts;
        CloneFlags own = mode is NetworkMode.Host or NetworkMode.Container ? always : always | CloneFlags.NewNet;
        return SecurityTranslation.Apply(new RuntimeSpec
        {
            Hostname = spec.Hostname ?? ContainerId.Short(id),
            Root = new RootSpec("rootfs", spec.ReadOnly),
            Process = new ProcessSpec
            {
                Args = spec.Command is null ? ["init"] : [spec.Command, .. spec.Arguments],
                Env = Environment(spec, id, user, readFile),
                Cwd = spec.WorkingDirectory ?? "/",
                User = user,
            },
            Mounts = [.. DefaultProfile.Mounts, .. spec.Tmpfs.Select(TmpfsMount), .. spec.Volumes.Select(VolumeMount)],
            Linux = new LinuxSpec
            {
                Namespaces = [.. Namespaces(mode), .. spec.Users.IsHost ? (NamespaceSpec[])[] : [new NamespaceSpec("user")]],
                UidMappings = spec.Users.Uids,
                GidMappings = spec.Users.Gids,
                CgroupsPath = CgroupPath.Default(id),
                Resources = Resources(spec.Limit),
                Sysctl = own.HasFlag(CloneFlags.NewNet) ? NetworkSysctl(spec) : new Dictionary<string, string>(),
            },
        }, spec.Security, own, readFile);
    }

    // The kernel takes no groups that the container has not.
    private static IReadOnlyDictionary<string, string> NetworkSysctl(ContainerSpec spec)
    {
        if (spec.Users.IsHost) return DefaultProfile.NetworkSysctl;
        IdMapping root = spec.Users.Gids.First(line => line.ContainerId == 0);
        return new Dictionary<string, string>(DefaultProfile.NetworkSysctl) { [DefaultProfile.PingGroups] = $"0 {Math.Min(root.Size - 1, int.MaxValue)}" };
    }

    private static IEnumerable<NamespaceSpec> Namespaces(NetworkMode network)
    {
        foreach (string type in (string[])["pid", "mount", "uts", "ipc", "cgroup"]) yield return new NamespaceSpec(type);
        if (network != NetworkMode.Host) yield return new NamespaceSpec("network");
    }

    private static string[] Environment(ContainerSpec spec, string id, UserSpec user, Func<string, string?> readFile)
    {
        var variables = new Dictionary<string, string>();
        foreach (string given in DefaultProfile.Environment)
        {
            int equals = given.IndexOf('=');
            variables[given[..equals]] = given[(equals + 1)..];
        }
        variables["HOSTNAME"] = spec.Hostname ?? ContainerId.Short(id);
        variables["HOME"] = Home(user.Uid, readFile);
        foreach ((string name, string value) in spec.Environment) variables[name] = value;
        return [.. variables.Select(variable => $"{variable.Key}={variable.Value}")];
    }

    private static string Home(uint uid, Func<string, string?> readFile)
    {
        string id = uid.ToString();
        string? home = (readFile("/etc/passwd") ?? "").Split('\n').Select(line => line.Split(':'))
            .FirstOrDefault(account => account.Length > 5 && account[2] == id)?[5];
        return home is { Length: > 0 } && home[0] == '/' ? home : "/";
    }

    private static MountSpec TmpfsMount(string tmpfs)
    {
        int colon = tmpfs.IndexOf(':');
        string[] options = colon < 0 ? [] : tmpfs[(colon + 1)..].Split(',', StringSplitOptions.RemoveEmptyEntries);
        return new MountSpec(colon < 0 ? tmpfs : tmpfs[..colon], "tmpfs", "tmpfs") { Options = ["nosuid", "nodev", "noexec", .. options] };
    }

    private static MountSpec VolumeMount(VolumeSpec volume)
        => new(volume.Destination, "bind", volume.Source) { Options = ["rbind", "rprivate", .. volume.ReadOnly ? (string[])["rro"] : [], .. volume.Idmap ? (string[])["idmap"] : []] };

    private static ResourceSpec Resources(ContainerLimit limit)
    {
        CgroupMounts mounts = CgroupMounts.Discover();
        // A limit of memory is meant as one: with swap beside it, 40 MB would be 40 MB and all the swap there is.
        if (limit is { Memory: not null, MemorySwap: null } && mounts.CountsSwap) limit = limit with { MemorySwap = 0 };
        return new ResourceSpec { Devices = [new DeviceRuleSpec(false, 'a', null, null, "rwm")], PidsLimit = DefaultProfile.PidsLimit }.With(limit, mounts);
    }
}
