using System.IO.Enumeration;
using PSContainer.Engine.Containers.Wishes;
using PSContainer.Engine.Entry;
using PSContainer.Engine.Plan.Build;
using PSContainer.Engine.Seccomp;
using PSContainer.Engine.Spec;
using PSContainer.Kernel;

namespace PSContainer.Engine.Containers.Security;

/// <summary>The wall as an OCI configuration: capabilities, filter, masks, devices, sysctls, limits, groups.</summary>
internal static class SecurityTranslation
{
    /// <summary>The configuration with the wall that is wished for.</summary>
    /// <param name="own">Namespaces that it shares with nobody.</param>
    /// <param name="readFile">Reads a text file of the container's root; null where there is none.</param>
    /// <exception cref="EngineException">SeccompInvalid, DeviceNotFound, DeviceInvalid, SysctlInvalid, UserNotFound.</exception>
    public static RuntimeSpec Apply(RuntimeSpec runtime, SecuritySpec spec, CloneFlags own, Func<string, string?> readFile)
    {
        IReadOnlyList<string> bounding = CapabilityWish.Resolve(spec);
        ProcessSpec process = runtime.Process!;
        // Another user than root gets them from no program either: execve(2) clears what is not ambient.
        IReadOnlyList<string> effective = process.User.Uid == 0 ? bounding : [];
        return runtime with
        {
            Process = process with
            {
                NoNewPrivileges = spec.NoNewPrivileges, User = WithGroups(process.User, spec, readFile), Rlimits = [.. spec.Ulimits.Select(Ulimit.Parse)],
                Capabilities = new CapabilitySpec { Bounding = bounding, Effective = effective, Permitted = effective },
            },
            Mounts = spec.Privileged ? [.. runtime.Mounts.Select(Writable)] : runtime.Mounts,
            Linux = Devices(runtime.Linux with
            {
                Seccomp = Filter(spec, bounding),
                MaskedPaths = spec.Privileged ? [] : [.. Covered([.. DefaultProfile.MaskedPaths, .. DefaultProfile.ThermalThrottlePaths()], spec), .. spec.Options.Masked],
                ReadonlyPaths = spec.Privileged ? [] : Covered(DefaultProfile.ReadonlyPaths, spec),
                Sysctl = Sysctls(runtime.Linux, spec, own),
            }, spec),
        };
    }

    private static SeccompSpec? Filter(SecuritySpec spec, IReadOnlyList<string> bounding) => spec.Options.Seccomp switch
    {
        { Kind: SeccompKind.File, Json: { } json } => DockerProfile.Read(json, bounding),
        { Kind: SeccompKind.Default } when !spec.Privileged => DockerProfile.Default(bounding),
        _ => null,
    };

    // /sys and cgroups, which are the kernel's to protect from whoever lacks the right.
    private static MountSpec Writable(MountSpec mount) => mount.Type is "sysfs" or "cgroup" ? mount with { Options = [.. mount.Options.Where(option => option != "ro")] } : mount;

    private static string[] Covered(IReadOnlyList<string> paths, SecuritySpec spec)
        => [.. paths.Where(path => !spec.Options.Unmasked.Any(open => open == SecurityOptions.All || FileSystemName.MatchesSimpleExpression(open.TrimEnd('/'), path, ignoreCase: false)))];

    private static UserSpec WithGroups(UserSpec user, SecuritySpec spec, Func<string, string?> readFile)
        => spec.Groups.Count == 0 ? user : user with { AdditionalGids = [.. user.AdditionalGids.Union(spec.Groups.Select(group => UserName.ResolveGroup(group, readFile)))] };

    private static LinuxSpec Devices(LinuxSpec linux, SecuritySpec spec)
    {
        if (!spec.Privileged && spec.Devices.Count == 0 && spec.DeviceRules.Count == 0) return linux;
        (DeviceSpec Node, DeviceRuleSpec Rule)[] wished = [.. spec.Devices.SelectMany(DeviceWish.Resolve)];
        DeviceRuleSpec[] rules = spec.Privileged ? [new DeviceRuleSpec(true, 'a', null, null, "rwm")] : [.. wished.Select(device => device.Rule), .. spec.DeviceRules.Select(DeviceWish.ParseRule)];
        return linux with
        {
            Devices = [.. wished.Select(device => device.Node), .. spec.Privileged ? DeviceWish.All() : []],
            Resources = linux.Resources with { Devices = [.. linux.Resources.Devices, .. rules] },
        };
    }

    private static IReadOnlyDictionary<string, string> Sysctls(LinuxSpec linux, SecuritySpec spec, CloneFlags own)
    {
        if (spec.Sysctls.Count == 0) return linux.Sysctl;
        var all = new Dictionary<string, string>(linux.Sysctl);
        foreach ((string name, string value) in spec.Sysctls)
        {
            SysctlSteps.Check(name, value, own);
            all[name] = value;
        }
        return all;
    }
}
