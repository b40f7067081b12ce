using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PSContainer.Kernel;

namespace PSContainer.Tests.Unit.Constants;

/// <summary>Structures against the C headers: size, and the offset of each field.</summary>
[Trait("Needs", "gcc")]
public class LayoutTests
{
    private static IEnumerable<(string C, long Value)> Layout<T>(string structure, params (string C, string Field)[] fields) where T : unmanaged
        => fields.Select(field => ($"offsetof({structure}, {field.C})", (long)Marshal.OffsetOf<T>(field.Field))).Prepend(($"sizeof({structure})", Unsafe.SizeOf<T>()));

    [HeaderFact("linux/openat2.h", "linux/mount.h")]
    public void Those_of_the_kernels_calls_are_laid_out_as_it_wants()
    {
        Headers.Agree(["linux/openat2.h"], Layout<OpenHow>("struct open_how", ("flags", "Flags"), ("mode", "Mode"), ("resolve", "Resolve")));
        Headers.Agree(["linux/mount.h"], Layout<MountAttr>("struct mount_attr", ("attr_set", "Set"), ("attr_clr", "Clear"), ("propagation", "Propagation"), ("userns_fd", "UserNamespace")));
        Headers.Agree(["poll.h"],
        [
            .. Layout<PollEntry>("struct pollfd", ("fd", "Descriptor"), ("events", "Events"), ("revents", "Returned")),
            ("POLLIN + 0", PollEntry.In), ("POLLOUT + 0", PollEntry.Out), ("POLLERR + 0", PollEntry.Error), ("POLLHUP + 0", PollEntry.Hangup),
        ]);
    }

    [HeaderFact("linux/sched.h", "linux/capability.h")]
    public void The_sizes_that_are_passed_beside_them_are_theirs()
    {
        // Written as numbers where the executor fills them.
        Headers.Agree(["linux/sched.h", "signal.h", "linux/capability.h"],
        [
            ("sizeof(struct clone_args)", 88), ("offsetof(struct clone_args, pidfd)", 8), ("offsetof(struct clone_args, exit_signal)", 32), ("offsetof(struct clone_args, cgroup)", 80),
            ("sizeof(struct __user_cap_header_struct)", 8), ("sizeof(struct __user_cap_data_struct)", 12),
            ("offsetof(struct __user_cap_data_struct, permitted)", 4), ("offsetof(struct __user_cap_data_struct, inheritable)", 8),
        ]);
    }

    [HeaderFact("termios.h", "signal.h", "net/if.h", "spawn.h", "pwd.h", "sys/wait.h")]
    public void Those_of_the_c_library_have_the_room_that_is_kept_for_them()
        => Headers.Agree(["termios.h", "signal.h", "net/if.h", "spawn.h", "pwd.h", "sys/wait.h"],
        [
            ("sizeof(struct termios)", 60),
            ("sizeof(siginfo_t)", 128), ("offsetof(siginfo_t, si_signo)", 0), ("offsetof(siginfo_t, si_code)", 8), ("offsetof(siginfo_t, si_pid)", 16), ("offsetof(siginfo_t, si_status)", 24),
            ("CLD_EXITED + 0", 1), ("P_PIDFD + 0", 3), ("WEXITED + 0", 4), ("WNOHANG + 0", 1),
            ("sizeof(struct ifreq)", 40), ("offsetof(struct ifreq, ifr_flags)", 16), ("IFNAMSIZ + 0", 16),
            ("sizeof(posix_spawn_file_actions_t) <= 256", 1), ("sizeof(posix_spawnattr_t) <= 384", 1), ("sizeof(sigset_t) <= 128", 1),
            ("POSIX_SPAWN_SETSIGDEF + 0", 0x04), ("POSIX_SPAWN_SETSIGMASK + 0", 0x08), ("POSIX_SPAWN_SETSID + 0", 0x80),
            ("sizeof(struct passwd) <= 64", 1), ("offsetof(struct passwd, pw_name)", 0),
            ("offsetof(struct sigaction, sa_flags)", 136), ("sizeof(struct sigaction) <= 160", 1), ("SA_RESTART + 0", 0x10000000),
        ]);
}
