using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using PSContainer.Engine.Cgroups.Hierarchy;
using PSContainer.Engine.Commands;
using PSContainer.Engine.Containers;
using PSContainer.Kernel;

namespace PSContainer.Engine.Host;

/// <summary>Looks whether containers can run here, and says what to do where they can't.</summary>
public static class HostChecks
{
    private const long LittleSpace = 256L << 20;

    /// <summary>All checks, in the order in which to mend them. They leave nothing: an empty file and an empty group are made and removed again.</summary>
    public static IEnumerable<HostCheck> Run(ContainerEngine engine)
    {
        CgroupMounts mounts = CgroupMounts.Discover();
        yield return Platform();
        yield return Privilege();
        yield return Executable(engine.Executable.Path);
        yield return Storage("data folder", engine.Store.Root.Data);
        yield return Storage("run folder", engine.Store.Root.Run);
        yield return Layer(engine.Store.Root.Data);
        yield return Cgroups(mounts);
        foreach (HostFeature feature in HostFeatures.Read(mounts))
        {
            yield return feature.IsAvailable
                ? new HostCheck(feature.Name, CheckStatus.Ok, feature.Detail.Length == 0 ? $"For {feature.Purpose}." : $"For {feature.Purpose}: {feature.Detail}.")
                : new HostCheck(feature.Name, feature.IsRequired ? CheckStatus.Failed : CheckStatus.Warning, $"{feature.Detail} Needed for {feature.Purpose}.", feature.Remedy);
        }
    }

    private static HostCheck Platform()
    {
        string found = $"Linux {Text("/proc/sys/kernel/osrelease").Trim()} on {RuntimeInformation.ProcessArchitecture}.";
        return RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64
            ? new("platform", CheckStatus.Ok, found)
            : new("platform", CheckStatus.Failed, found, "Use x86-64 or arm64.");
    }

    private static HostCheck Privilege()
    {
        if (Files.EffectiveUserId() != 0) return new("privilege", CheckStatus.Failed, $"This session runs as {Environment.UserName}.", "Run as root (sudo pwsh).");
        // Root in somebody's container has the number 0, but not the rights.
        Capability[] missing = [.. Missing(Text("/proc/self/status"))];
        return missing.Length == 0
            ? new("privilege", CheckStatus.Ok, "Root, with the capabilities that a start needs.")
            : new("privilege", CheckStatus.Failed, $"Root, but without {string.Join(", ", missing)}.", "Run on the machine itself, or in a container that has all privileges.");
    }

    /// <summary>What of a start's own needs is not in CapEff of /proc/PID/status.</summary>
    public static IEnumerable<Capability> Missing(string status)
    {
        const string Key = "CapEff:";
        string? line = status.Split('\n').FirstOrDefault(line => line.StartsWith(Key, StringComparison.Ordinal));
        ulong held = line is null ? 0 : Convert.ToUInt64(line[Key.Length..].Trim(), 16);
        foreach (Capability needed in (Capability[])[Capability.CAP_SYS_ADMIN, Capability.CAP_NET_ADMIN, Capability.CAP_MKNOD, Capability.CAP_SETPCAP, Capability.CAP_SETUID, Capability.CAP_SETGID, Capability.CAP_CHOWN, Capability.CAP_SYS_CHROOT])
            if ((held >> (int)needed & 1) == 0) yield return needed;
    }

    // Run, not only looked for: a file of another architecture or C library lies there just as well.
    private static HostCheck Executable(string path)
    {
        const string Remedy = "Build or install the module again: its folder must hold the executable pscontainer.";
        if (!File.Exists(path)) return new("executable", CheckStatus.Failed, $"There is no '{path}'.", Remedy);
        ExecutableFile.TryMakeExecutable(path);
        try
        {
            using Process child = Process.Start(new ProcessStartInfo(path, ["--version"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            string said = child.StandardOutput.ReadToEnd().Split('\n')[0];
            return child.WaitForExit(5000) && child.ExitCode == 0
                ? new("executable", CheckStatus.Ok, $"{said} ({path}).")
                : new("executable", CheckStatus.Failed, $"'{path}' ends with an error.", Remedy);
        }
        catch (Win32Exception failure)
        {
            return new("executable", CheckStatus.Failed, $"'{path}' can't be run: {failure.Message}.", failure.NativeErrorCode == (int)Errno.EACCES ? $"chmod +x '{path}'" : Remedy);
        }
    }

    private static HostCheck Storage(string name, string folder)
    {
        StorageSpace space = StorageSpace.Of(folder);
        string there = folder;
        while (!Directory.Exists(there) && Path.GetDirectoryName(there) is { } above) there = above;
        string probe = Path.Combine(there, $".pscontainer-probe-{Environment.ProcessId}");
        int file = Files.TryOpen(probe, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive, 0x180);
        if (file < 0)
        {
            Errno errno = Syscall.Last;
            return new(name, CheckStatus.Failed, $"'{there}' can't be written: {KernelException.Describe(errno)}.",
                errno == Errno.EROFS ? "Move it to a file system that can be written: $env:PSCONTAINER_ROOT = '/folder'." : "Run as root (sudo pwsh), or move it: $env:PSCONTAINER_ROOT = '/folder'.");
        }
        Files.Close(file);
        File.Delete(probe);
        return space.Free < LittleSpace
            ? new(name, CheckStatus.Warning, $"'{folder}' has {space.Free >> 20} MiB left on {space.MountPoint} ({space.FileSystem}).", "Make room, or move it: $env:PSCONTAINER_ROOT = '/folder'.")
            : new(name, CheckStatus.Ok, $"'{folder}' on {space.MountPoint} ({space.FileSystem}), {space.Free >> 20} MiB free.");
    }

    // overlayfs takes no upper directory on itself, nor on what can't keep its extended attributes.
    private static HostCheck Layer(string data)
    {
        string type = StorageSpace.Of(data).FileSystem;
        return type is "overlay" or "nfs" or "nfs4" or "cifs" or "9p" or "vfat" or "fuse" || type.StartsWith("fuse.", StringComparison.Ordinal)
            ? new("layer storage", CheckStatus.Warning, $"A container's throwaway layer can't lie on {type}, so it lies in memory.", "Move the storage to a disk: $env:PSCONTAINER_ROOT = '/folder'.")
            : new("layer storage", CheckStatus.Ok, $"A container's throwaway layer can lie on {type}.");
    }

    private static HostCheck Cgroups(CgroupMounts mounts)
    {
        const string Name = "cgroups";
        if (mounts.Layout == CgroupLayout.None) return new(Name, CheckStatus.Failed, "No cgroup file system is mounted.", "mount -t cgroup2 none /sys/fs/cgroup");
        foreach (CgroupMount mount in mounts.Joined())
        {
            if (mount.Directory is var top && CanMake(top) is var errno and not Errno.None)
            {
                return new(Name, CheckStatus.Failed, $"No group can be made in {top}: {KernelException.Describe(errno)}.",
                    errno == Errno.EROFS ? $"mount -o remount,rw {top}" : "Run as root (sudo pwsh), or in a group that was delegated to you.");
            }
        }
        string layout = mounts.Layout switch { CgroupLayout.V2 => "cgroup v2", CgroupLayout.V1 => "cgroup v1", _ => "cgroup v1 and v2 side by side" };
        return new(Name, CheckStatus.Ok, $"{layout}, and groups can be made.");
    }

    private static Errno CanMake(string directory)
    {
        string probe = $"{directory}/{CgroupPath.ProcessPrefix}{Environment.ProcessId}-0";
        Errno errno = CgroupFile.MakeDirectory(probe);
        if (errno == Errno.None) CgroupFile.RemoveDirectory(probe);
        return errno == Errno.EEXIST ? Errno.None : errno;
    }

    private static string Text(string path) => CgroupFile.Read(path, out string text) == Errno.None ? text : "";
}
