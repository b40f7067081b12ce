using PSContainer.Engine.Containers.Wishes;
using PSContainer.Tests.System.Lane;

namespace PSContainer.Tests.System.Engine;

/// <summary>Roots, volumes and tmpfs as a container sees them.</summary>
public class FileSystemTests
{
    [SystemFact]
    public void This_machines_own_root_is_seen_and_not_changed()
    {
        string marker = "/var/tmp/pscontainer-" + Guid.NewGuid().ToString("n");
        using var container = new EngineContainer(new ContainerSpec { RootFs = "/", Command = "/bin/sh", Arguments = ["-c", $"cat /etc/hostname >/dev/null; echo x > {marker} && cat {marker}; rm -f /etc/passwd; ls /proc | grep -c '^[0-9]'"] });
        container.WaitEnd();
        Assert.Equal("x", container.Output()[0]);
        Assert.False(File.Exists(marker));
        Assert.True(File.Exists("/etc/passwd"));
    }

    [SystemFact]
    public void A_read_only_root_can_t_be_written()
    {
        Assert.Equal(["ok"], EngineContainer.Print("( echo x > /data/x ) 2>/dev/null || echo ok; mount -o remount,rw / 2>/dev/null && echo remounted", new ContainerSpec { ReadOnly = true }));
        Assert.Empty(Directory.GetFileSystemEntries(Machine.BusyboxRoot + "/data"));
    }

    [SystemFact]
    public void A_volume_is_written_through_and_a_read_only_one_is_not()
    {
        string folder = Machine.NewFolder(), file = Path.Combine(Machine.NewFolder(), "file");
        File.WriteAllText(file, "content\n");
        string[] lines = EngineContainer.Print("cat /etc/given; echo x >/data/v/x; ( echo y >/data/ro/y ) 2>/dev/null || echo refused; cat /data/ro/x", new ContainerSpec
        {
            Volumes = [VolumeSpec.Parse($"{folder}:/data/v"), VolumeSpec.Parse($"{folder}:/data/ro:ro"), VolumeSpec.Parse($"{file}:/etc/given:ro")],
        });
        Assert.Equal(["content", "refused", "x"], lines);
        Assert.Equal(["x"], Directory.GetFileSystemEntries(folder).Select(Path.GetFileName));
    }

    [SystemFact]
    public void What_is_mounted_in_a_volume_on_one_side_stays_there()
    {
        string folder = Machine.NewFolder();
        Directory.CreateDirectory(folder + "/below");
        using var container = new EngineContainer(new ContainerSpec { Volumes = [VolumeSpec.Parse($"{folder}:/data")] });
        Outcome.Of("mount", "-t", "tmpfs", "tmpfs", folder + "/below");
        try
        {
            Assert.DoesNotContain("/data/below", container.Exec("cat /proc/self/mountinfo").Output);
        }
        finally
        {
            Outcome.Of("umount", folder + "/below");
        }
    }

    [SystemFact]
    public void A_read_only_volume_is_read_only_all_the_way_down()
    {
        string folder = Machine.NewFolder();
        Directory.CreateDirectory(folder + "/below");
        Outcome.Of("mount", "-t", "tmpfs", "tmpfs", folder + "/below");
        try
        {
            Assert.Equal(["refused"], EngineContainer.Print("( echo y >/data/below/y ) 2>/dev/null || echo refused", new ContainerSpec { Volumes = [VolumeSpec.Parse($"{folder}:/data:ro")] }));
        }
        finally
        {
            Outcome.Of("umount", folder + "/below");
        }
    }

    [SystemFact]
    public void A_tmpfs_is_empty_and_has_its_options()
    {
        string[] lines = EngineContainer.Print("ls -A /etc; grep ' /etc ' /proc/self/mountinfo; stat -c %a /etc", new ContainerSpec { Tmpfs = ["/etc:size=64k,mode=1777"] });
        Assert.Equal(2, lines.Length);
        Assert.Contains("nosuid,nodev,noexec", lines[0]);
        Assert.Contains("size=64k", lines[0]);
        Assert.Equal("1777", lines[1]);
    }

    [SystemFact]
    public void Environment_user_and_working_directory_are_as_wished()
    {
        string[] lines = EngineContainer.Print("echo $A; echo $HOME; id -u; pwd; env | sort", new ContainerSpec
        {
            Environment = new Dictionary<string, string> { ["A"] = "x y" }, User = "ann", WorkingDirectory = "/tmp",
        });
        Assert.Equal(["x y", "/home", "1000", "/tmp"], lines[..4]);
        Assert.DoesNotContain(lines, line => line.StartsWith("PSCONTAINER", StringComparison.Ordinal));
    }

    [SystemFact]
    public void The_hosts_network_is_shared_on_wish()
    {
        string own = new FileInfo("/proc/self/ns/net").LinkTarget!;
        Assert.Equal([own], EngineContainer.Print("readlink /proc/self/ns/net", new ContainerSpec { Network = new() { Network = "Host" } }));
        Assert.NotEqual([own], EngineContainer.Print("readlink /proc/self/ns/net"));
    }
}
