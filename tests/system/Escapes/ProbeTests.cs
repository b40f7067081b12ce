using PSContainer.Engine.Containers.Wishes;
using PSContainer.Tests.System.Bundles;
using PSContainer.Tests.System.Engine;
using PSContainer.Tests.System.Lane;

namespace PSContainer.Tests.System.Escapes;

/// <summary>Ways out that a program inside a default container tries. Each test says behind "without" which line holds it up.</summary>
public class ProbeTests
{
    private static string[] EveryCall(ContainerSpec spec)
    {
        string root = Machine.MakeRoot(Path.Combine(Machine.NewFolder(), "root")), source = Path.Combine(Machine.NewFolder(), "every-call.c");
        using (Stream text = typeof(ProbeTests).Assembly.GetManifestResourceStream("every-call.c")!)
        using (FileStream file = File.Create(source)) text.CopyTo(file);
        Outcome compiled = Outcome.Of("gcc", "-static", "-O1", "-o", root + "/bin/every-call", source);
        Assert.True(compiled.Code == 0, compiled.Error);
        return EngineContainer.PrintOf(spec with { RootFs = root, Command = "/bin/every-call" });
    }

    // Numbers of x86-64. Which these are: docs/security.md.
    private static readonly int[] s_refused =
    [
        103, 134, 136, 139, 153, 155, 156, 163, 164, 165, 166, 167, 168, 169, 170, 171, 172, 173, 174, 175, 176, 177, 178, 179, 180, 181, 182, 183, 184, 185,
        212, 227, 236, 237, 238, 239, 246, 248, 249, 250, 256, 272, 279, 298, 300, 304, 308, 312, 313, 320, 321, 323, 425, 426, 427, 428, 429, 430, 431, 432,
        433, 438, 440, 442, 443, 450,
    ];

    [SystemFact("gcc")] // CVE-2026-31431 and many more; without: DockerProfile.Default in SecurityTranslation.Filter, and SocketFamilies
    public void T35_Every_call_of_the_kernel_is_reached_or_refused_as_dockers_list_has_it()
    {
        if (global::System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture != global::System.Runtime.InteropServices.Architecture.X64) return;
        string[] lines = EveryCall(new ContainerSpec());
        // From 335 to 423 the kernel has none; above the newest, other versions of libseccomp know more.
        const int newest = 456;
        Assert.Equal(s_refused, lines.Where(line => char.IsAsciiDigit(line[0]) && line.EndsWith(" refused", StringComparison.Ordinal)).Select(line => int.Parse(line.Split(' ')[0])).Where(number => number is < 335 or (> 423 and <= newest)));
        Assert.Equal(["socket(38) refused", "socket(2^32+38) refused", "socket(40) refused", "socket(2^32+40) refused"], lines.Where(line => line.StartsWith("socket(", StringComparison.Ordinal) && line.EndsWith(" refused", StringComparison.Ordinal)));
        Assert.All(lines.Where(line => line.StartsWith("clone(", StringComparison.Ordinal)), line => Assert.EndsWith(" refused", line));
        Assert.Equal(["personality(0x40000) refused", "personality(0x200000) refused", "personality(0x100000000) refused"], lines.Where(line => line.StartsWith("personality(", StringComparison.Ordinal) && !line.EndsWith(" reached", StringComparison.Ordinal)));
        Assert.DoesNotContain(lines, line => line.EndsWith(" killed", StringComparison.Ordinal));
    }

    [SystemFact] // GHSA-jq35-85cj-fj4p; without: the last line of DefaultProfile.MaskedPaths, and ThermalThrottlePaths
    public void T34_What_tells_of_other_tenants_computing_is_empty()
        => Assert.Equal(["end"], EngineContainer.Print("for d in /sys/devices/virtual/powercap /sys/devices/system/cpu/cpu*/thermal_throttle /sys/firmware; do [ -d $d ] && ls -A $d; done; echo end"));

    [SystemFact("script")] // CVE-2016-2568 and its kin; without: setsid in ContainerPlan and EntryPlan
    public void T38_The_callers_terminal_is_nobodys_inside()
    {
        using Bundle bundle = new Bundle("sleep", "1000").Start();
        using var shell = Bundle.Shell("( : </dev/tty ) 2>&1; ps -o pid,tty 2>/dev/null | grep -c pts; echo end");
        foreach (string[] line in (string[][])[["exec", bundle.Id, "sh", "-c", "( : </dev/tty ) 2>&1; echo end"], shell.Write().Line("run")])
        {
            string command = string.Join(' ', line.Prepend(Machine.Executable).Select(word => "'" + word.Replace("'", "'\\''") + "'"));
            Outcome outcome = Outcome.Of("script", ["-qec", command, "/dev/null"], "", new Dictionary<string, string> { ["TERM"] = "dumb" });
            Assert.Contains("No such device or address", outcome.Output);
            Assert.Contains("end", outcome.Output);
        }
    }

    [SystemFact] // CVE-2020-15257; without: the run folder's mode 0700 in RunStore.Claim, and the path of ControlSocket
    public void T19_No_socket_of_ours_has_an_abstract_name_and_its_folder_is_roots_alone()
    {
        using var container = new EngineContainer(new ContainerSpec());
        string[] sockets = [.. File.ReadLines("/proc/net/unix").Where(line => line.Contains("pscontainer", StringComparison.Ordinal) || line.Contains(container.Container.Id, StringComparison.Ordinal))];
        Assert.DoesNotContain(sockets, line => line.Contains(" @", StringComparison.Ordinal));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Machine.Root.RunFolder(container.Container.Id)));
    }

    [SystemFact] // without: the default filter (keyctl, mount, unshare, bpf), the missing capabilities, and ro of /proc/sys
    public void What_a_default_container_tries_is_denied()
        => Assert.Equal(["end"], EngineContainer.Print("""
            unshare -U true 2>/dev/null && echo "user namespace"
            umount /proc/sys 2>/dev/null && echo "unmasked"
            mount -o remount,rw /proc/sys 2>/dev/null && echo "remounted"
            mount -t proc proc /tmp 2>/dev/null && echo "proc"
            ( echo x >/proc/sys/kernel/core_pattern ) 2>/dev/null && echo "core_pattern"
            ( echo b >/proc/sysrq-trigger ) 2>/dev/null && echo "sysrq"
            mknod /tmp/mem c 1 1 2>/dev/null && head -c 1 /tmp/mem 2>/dev/null && echo "memory"
            mknod /tmp/disk b 8 0 2>/dev/null && head -c 1 /tmp/disk 2>/dev/null && echo "disk"
            chroot / true || echo "no chroot, which it may"
            nsenter -t 1 -m true 2>/dev/null && echo "setns"
            echo end
            """));
}
