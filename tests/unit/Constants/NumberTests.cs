using System.Reflection;
using System.Text.RegularExpressions;
using PSContainer.Kernel;

namespace PSContainer.Tests.Unit.Constants;

/// <summary>Numbers and flags against the C headers.</summary>
[Trait("Needs", "gcc")]
public class NumberTests
{
    // Openat2 to openat2, CloseRange to close_range, RtSigaction to rt_sigaction, Getdents64 to getdents64.
    private static string Snake(string name) => Regex.Replace(name, "(?<=[a-z0-9])(?=[A-Z])", "_").ToLowerInvariant();

    private static IEnumerable<(string Name, long Value)> Constants(Type type)
        => type.GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.FieldType == typeof(int) || field.FieldType == typeof(uint))
            .Select(field => (field.Name, Convert.ToInt64(field.GetValue(null))));

    [HeaderFact("sys/syscall.h")]
    public void System_calls_have_their_numbers()
    {
        (string C, long Value)[] facts = [.. Constants(typeof(SyscallNumber)).Select(constant => ("__NR_" + Snake(constant.Name), constant.Value))];
        Assert.True(facts.Length > 50);
        // None is unknown: a wrong name would be passed over like a call that is too new.
        Headers.Agree(["sys/syscall.h", "asm/unistd.h"], facts.Select(fact => (fact.C + " + 0", fact.Value)));
    }

    [HeaderFact("fcntl.h")]
    public void Open_has_its_flags()
    {
        Dictionary<string, string> names = new()
        {
            ["ReadOnly"] = "O_RDONLY", ["WriteOnly"] = "O_WRONLY", ["ReadWrite"] = "O_RDWR", ["Create"] = "O_CREAT", ["Exclusive"] = "O_EXCL", ["NoCtty"] = "O_NOCTTY", ["Truncate"] = "O_TRUNC",
            ["Append"] = "O_APPEND", ["NonBlock"] = "O_NONBLOCK", ["Directory"] = "O_DIRECTORY", ["NoFollow"] = "O_NOFOLLOW", ["CloseOnExec"] = "O_CLOEXEC", ["Path"] = "O_PATH",
        };
        Headers.Agree(["fcntl.h"],
        [
            .. Constants(typeof(OpenFlags)).Select(constant => (names[constant.Name], constant.Value)),
            ("AT_FDCWD", Files.AtFdcwd), ("AT_SYMLINK_NOFOLLOW", Files.AtSymlinkNofollow), ("AT_REMOVEDIR", Files.AtRemovedir), ("AT_EMPTY_PATH", Files.AtEmptyPath), ("AT_RECURSIVE", Files.AtRecursive),
        ]);
    }

    [HeaderFact("linux/openat2.h")]
    public void Resolution_has_its_flags()
        => Headers.Agree(["linux/openat2.h"], Enum.GetValues<Resolve>().Where(flag => flag != 0).Select(flag => ("RESOLVE_" + Snake(flag.ToString()).ToUpperInvariant(), (long)flag)));

    [HeaderFact("linux/sched.h")]
    public void Clone_has_its_flags()
    {
        Headers.Agree(["linux/sched.h"], Enum.GetValues<CloneFlags>().Where(flag => flag != 0)
            .Select(flag => ("CLONE_" + (flag.ToString().StartsWith("New", StringComparison.Ordinal) ? flag.ToString() : Snake(flag.ToString())).ToUpperInvariant(), (long)flag)));
        Headers.Agree(["linux/sched.h"], [("CLONE_NEWNS + 0", (long)CloneFlags.NewNs), ("CLONE_NEWCGROUP + 0", (long)CloneFlags.NewCgroup), ("CLONE_PIDFD + 0", (long)CloneFlags.Pidfd),
            ("CLONE_CLEAR_SIGHAND + 0", (long)CloneFlags.ClearSighand), ("CLONE_INTO_CGROUP + 0", (long)CloneFlags.IntoCgroup)]);
    }

    [HeaderFact("linux/mount.h")]
    public void Mounts_have_their_flags()
        => Headers.Agree(["linux/mount.h"],
        [
            ("OPEN_TREE_CLONE", MountFlags.OpenTreeClone), ("MOVE_MOUNT_F_EMPTY_PATH", MountFlags.MoveFromEmptyPath), ("MOVE_MOUNT_T_EMPTY_PATH", MountFlags.MoveToEmptyPath),
            ("FSOPEN_CLOEXEC", MountFlags.FsopenCloseOnExec), ("FSMOUNT_CLOEXEC", MountFlags.FsmountCloseOnExec),
            ("FSCONFIG_SET_FLAG", MountFlags.FsconfigSetFlag), ("FSCONFIG_SET_STRING", MountFlags.FsconfigSetString), ("FSCONFIG_CMD_CREATE", MountFlags.FsconfigCreate),
            ("MOUNT_ATTR_RDONLY", (long)MountAttributes.ReadOnly), ("MOUNT_ATTR_NOSUID", (long)MountAttributes.NoSuid), ("MOUNT_ATTR_NODEV", (long)MountAttributes.NoDev),
            ("MOUNT_ATTR_NOEXEC", (long)MountAttributes.NoExec), ("MOUNT_ATTR_NOATIME", (long)MountAttributes.NoAtime), ("MOUNT_ATTR_STRICTATIME", (long)MountAttributes.StrictAtime),
            ("MOUNT_ATTR__ATIME", (long)MountAttributes.AccessTimes), ("MOUNT_ATTR_NODIRATIME", (long)MountAttributes.NoDiratime), ("MOUNT_ATTR_NOSYMFOLLOW", (long)MountAttributes.NoSymfollow),
            ("MS_UNBINDABLE", (long)Propagation.Unbindable), ("MS_PRIVATE", (long)Propagation.Private), ("MS_SLAVE", (long)Propagation.Slave), ("MS_SHARED", (long)Propagation.Shared),
        ]);

    [HeaderFact("sys/mount.h")]
    public void Umount_has_its_flag() => Headers.Agree(["sys/mount.h"], [("MNT_DETACH + 0", MountFlags.UmountDetach)]);

    [HeaderFact("linux/capability.h")]
    public void Capabilities_have_their_numbers()
    {
        Capability[] all = Enum.GetValues<Capability>();
        Headers.Agree(["linux/capability.h"], [.. all.Select(capability => (capability.ToString(), (long)capability)), ("_LINUX_CAPABILITY_VERSION_3 + 0", 0x20080522)]);
        Assert.Equal(Enumerable.Range(0, all.Length), all.Select(capability => (int)capability));
    }

    [HeaderFact("errno.h")]
    public void Errors_have_their_numbers()
        => Headers.Agree(["errno.h"], Enum.GetValues<Errno>().Where(errno => errno != 0).Select(errno => (errno + " + 0", (long)errno)));

    [HeaderFact("signal.h")]
    public void Signals_have_their_numbers()
        => Headers.Agree(["signal.h"], SignalName.All.Select((name, i) => ($"SIG{name} + 0", i + 1L)));

    [HeaderFact("sys/resource.h", "sys/prctl.h", "linux/keyctl.h", "sys/ioctl.h")]
    public void What_plans_use_by_number_is_what_it_is_called()
        => Headers.Agree(["sys/resource.h", "sys/prctl.h", "linux/keyctl.h", "sys/ioctl.h", "linux/nsfs.h", "sys/stat.h", "sys/socket.h", "net/if.h", "linux/if.h", "unistd.h", "fcntl.h", "linux/memfd.h"],
        [
            ("RLIMIT_CPU + 0", 0), ("RLIMIT_FSIZE + 0", 1), ("RLIMIT_DATA + 0", 2), ("RLIMIT_STACK + 0", 3), ("RLIMIT_CORE + 0", 4), ("RLIMIT_NPROC + 0", 6), ("RLIMIT_NOFILE + 0", 7),
            ("RLIMIT_MEMLOCK + 0", 8), ("RLIMIT_AS + 0", 9), ("RLIMIT_SIGPENDING + 0", 11), ("RLIMIT_MSGQUEUE + 0", 12), ("RLIMIT_NICE + 0", 13), ("RLIMIT_RTPRIO + 0", 14),
            ("PR_SET_PDEATHSIG + 0", 1), ("PR_SET_DUMPABLE + 0", 4), ("PR_SET_KEEPCAPS + 0", 8), ("PR_CAPBSET_DROP + 0", 24), ("PR_SET_NO_NEW_PRIVS + 0", 38),
            ("PR_CAP_AMBIENT + 0", 47), ("PR_CAP_AMBIENT_RAISE + 0", 2), ("PR_CAP_AMBIENT_CLEAR_ALL + 0", 4), ("KEYCTL_JOIN_SESSION_KEYRING + 0", 1),
            ("TIOCSPTLCK + 0", 0x40045431), ("TIOCGPTPEER + 0", 0x5441), ("TIOCSCTTY + 0", 0x540E), ("TIOCSWINSZ + 0", 0x5414), ("TIOCGWINSZ + 0", 0x5413),
            ("SIOCSIFFLAGS + 0", 0x8914), ("IFF_UP + 0", 1), ("NS_GET_USERNS + 0", 0xb701), ("NS_GET_PARENT + 0", 0xb702), ("NS_GET_NSTYPE + 0", 0xb703), ("NS_GET_OWNER_UID + 0", 0xb704),
            ("S_IFCHR + 0", 0x2000), ("S_IFBLK + 0", 0x6000), ("S_IFIFO + 0", 0x1000), ("AF_INET + 0", 2), ("SOCK_DGRAM | SOCK_CLOEXEC", 0x80002), ("X_OK + 0", 1),
            ("MFD_CLOEXEC + 0", 1), ("MFD_ALLOW_SEALING + 0", 2),
        ]);
}
