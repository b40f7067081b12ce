using PSContainer.Engine.Containers.Wishes;
using PSContainer.Tests.System.Engine;
using PSContainer.Tests.System.Lane;

namespace PSContainer.Tests.System.Isolation;

/// <summary>What the default profile promises, seen from inside a container of the engine's.</summary>
public class DefaultContainerTests
{
    [SystemFact]
    public void Every_namespace_is_its_own()
    {
        string[] lines = EngineContainer.Print("for n in mnt pid net uts ipc cgroup; do readlink /proc/self/ns/$n; done");
        string[] types = ["mnt", "pid", "net", "uts", "ipc", "cgroup"];
        for (int i = 0; i < types.Length; i++) Assert.NotEqual(new FileInfo($"/proc/self/ns/{types[i]}").LinkTarget, lines[i]);
    }

    [SystemFact]
    public void Capabilities_are_dockers_and_none_is_handed_on()
    {
        Dictionary<string, string> status = Status();
        Assert.Equal("00000000a80425fb", status["CapBnd"]);
        Assert.Equal("00000000a80425fb", status["CapEff"]);
        Assert.Equal("00000000a80425fb", status["CapPrm"]);
        Assert.Equal("0000000000000000", status["CapInh"]);
        Assert.Equal("0000000000000000", status["CapAmb"]);
        Assert.Equal("1", status["NoNewPrivs"]);
    }

    [SystemFact]
    public void Another_user_has_none_of_them()
    {
        Dictionary<string, string> status = Status(new ContainerSpec { User = "ann" });
        Assert.Equal("1000\t1000\t1000\t1000", status["Uid"]);
        Assert.Equal("1000\t1000\t1000\t1000", status["Gid"]);
        Assert.Equal("50 1000", status["Groups"].Trim());
        Assert.All((string[])["CapEff", "CapPrm", "CapInh", "CapAmb"], set => Assert.Equal("0000000000000000", status[set]));
    }

    [SystemFact]
    public void Signals_are_a_new_processs()
    {
        Dictionary<string, string> status = Status();
        Assert.Equal("0000000000000000", status["SigBlk"]);
        Assert.Equal("0000000000000000", status["SigIgn"]);
    }

    [SystemFact]
    public void Masked_paths_are_empty_and_read_only_ones_can_t_be_written()
    {
        string[] lines = EngineContainer.Print("""
            for f in acpi asound interrupts kcore keys latency_stats sched_debug scsi timer_list timer_stats; do
              if [ -d /proc/$f ]; then ls -A /proc/$f; elif [ -e /proc/$f ]; then head -c1 /proc/$f; fi
            done
            for d in /sys/firmware /sys/devices/virtual/powercap /sys/devices/system/cpu/cpu*/thermal_throttle; do [ -d $d ] && ls -A $d; done
            for f in /proc/sys/kernel/core_pattern /proc/sys/kernel/hostname /proc/irq/default_smp_affinity /proc/sysrq-trigger /sys/kernel/mm/transparent_hugepage/enabled /proc/keys; do
              [ -e $f ] && { ( : >> $f ) 2>/dev/null && [ $f != /proc/keys ] && echo "writable $f"; }
            done
            umount /proc/keys 2>/dev/null && echo unmasked
            mount -o remount,rw /proc/sys 2>/dev/null && echo remounted
            mount -t tmpfs tmpfs /tmp 2>/dev/null && echo mounted
            echo end
            """);
        Assert.Equal(["end"], lines);
    }

    [SystemFact]
    public void Dev_is_minimal_and_disks_can_t_be_opened()
    {
        string[] lines = EngineContainer.Print("""
            ls -A /dev | tr '\n' ' '; echo
            stat -c '%n %t:%T %a' /dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty
            echo x >/dev/null && head -c 1 /dev/zero | wc -c
            mknod /tmp/mem c 1 1 && head -c1 /tmp/mem
            mknod /tmp/disk b 254 0 && head -c1 /tmp/disk
            mknod /tmp/sda b 8 0 && head -c1 /tmp/sda
            mknod /tmp/kmsg c 1 11 && head -c1 /tmp/kmsg
            echo end
            """);
        Assert.Equal("fd full mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero ", lines[0]);
        Assert.Equal(["/dev/null 1:3 666", "/dev/zero 1:5 666", "/dev/full 1:7 666", "/dev/random 1:8 666", "/dev/urandom 1:9 666", "/dev/tty 5:0 666", "1"], lines[1..8]);
        Assert.Equal(4, lines[8..].Count(line => line.Contains("Operation not permitted", StringComparison.Ordinal)));
        Assert.Contains("end", lines);
    }

    [SystemFact]
    public void Loopback_is_up_and_with_no_network_there_is_nothing_else()
    {
        string[] lines = EngineContainer.Print("ls /sys/class/net; ip -o addr show lo; ping -c1 -W1 127.0.0.1 >/dev/null && echo pong", new ContainerSpec { Network = new() { Network = "None" } });
        Assert.Equal("lo", lines[0]);
        Assert.Contains("127.0.0.1", lines[1]);
        Assert.Equal("pong", lines[^1]);
    }

    [SystemFact]
    public void The_host_name_is_the_short_id_or_what_was_wished()
    {
        using var idle = new EngineContainer(new ContainerSpec { Command = "hostname" });
        idle.WaitEnd();
        Assert.Equal([idle.Container.ShortId], idle.Output());
        Assert.Equal(["box.example"], EngineContainer.Print("hostname", new ContainerSpec { Hostname = "box.example" }));
        Assert.NotEqual("box.example", Environment.MachineName);
    }

    [SystemFact]
    public void No_mount_and_no_path_of_the_host_can_be_seen()
    {
        string[] lines = EngineContainer.Print("cat /proc/self/mountinfo");
        string[] points = [.. lines.Select(line => line.Split(' ')[4])];
        Assert.Equal("/", points[0]);
        Assert.All(points[1..], point => Assert.Matches("^/((proc|dev|sys)(/|$)|etc/(hosts|hostname|resolv.conf)$)", point));
        Assert.DoesNotContain(lines, line => line.Contains(" shared:", StringComparison.Ordinal) || line.Contains(" master:", StringComparison.Ordinal));
    }

    [SystemFact]
    public void Cgroups_are_seen_from_its_own_root_and_can_t_be_written()
    {
        string[] lines = EngineContainer.Print("""
            cat /proc/self/cgroup
            find /sys/fs/cgroup -type f 2>/dev/null | while read -r f; do ( echo 1 >> $f ) 2>/dev/null && echo "writable $f"; done
            find /sys/fs/cgroup -maxdepth 2 -type d | while read -r d; do mkdir $d/x 2>/dev/null && echo "made $d/x"; done
            mkdir /tmp/c && mount -t cgroup -o memory cgroup /tmp/c 2>/dev/null && echo mounted
            mount -t cgroup2 cgroup /tmp/c 2>/dev/null && echo mounted
            echo end
            """);
        Assert.Equal("end", lines[^1]);
        // v1 hierarchies that nobody counts in (named or without a controller of ours) stay as the host's own root group.
        Assert.All(lines[..^1], line => Assert.Matches(@"^\d+:[^:]*:/$", line));
    }

    [SystemFact]
    public void No_descriptor_but_the_three_is_open()
        => Assert.Equal(["0", "1", "2"], EngineContainer.Print("ls /proc/1/fd; true"));

    private static Dictionary<string, string> Status(ContainerSpec? spec = null)
    {
        // Not through a shell, which sets signals of its own.
        return EngineContainer.PrintOf((spec ?? new ContainerSpec()) with { Command = "cat", Arguments = ["/proc/self/status"] }).Select(line => line.Split(':', 2)).Where(pair => pair.Length == 2).ToDictionary(pair => pair[0], pair => pair[1].Trim());
    }
}
