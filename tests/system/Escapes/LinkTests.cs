using PSContainer.Tests.System.Bundles;
using PSContainer.Tests.System.Lane;

namespace PSContainer.Tests.System.Escapes;

/// <summary>Images that put links where a runtime mounts or writes: nothing outside is touched.</summary>
public class LinkTests
{
    [SystemTheory] // CVE-2019-19921
    [InlineData("proc")]
    [InlineData("sys")]
    public void T07_A_link_in_place_of_proc_or_sys_is_an_error(string name)
    {
        using var bundle = new Bundle("true");
        string root = bundle.OwnRoot(writable: true);
        Directory.Delete($"{root}/{name}");
        File.CreateSymbolicLink($"{root}/{name}", "/tmp");
        bundle.RunFails("PathUnsafe");
        Assert.Empty(Directory.GetFileSystemEntries(root + "/tmp"));
    }

    [SystemFact] // CVE-2026-41579: decoys in the target stay as they are
    public void T09_A_link_in_place_of_dev_touches_nothing_outside()
    {
        string target = Machine.NewFolder();
        File.WriteAllText(target + "/null", "decoy");
        using var bundle = new Bundle("true");
        string root = bundle.OwnRoot(writable: true);
        Directory.Delete(root + "/dev");
        File.CreateSymbolicLink(root + "/dev", target);
        Assert.NotEqual(0, bundle.Run().Code);
        bundle.AssertGone();
        Assert.Equal("decoy", File.ReadAllText(target + "/null"));
        Assert.Equal(["null"], Directory.GetFileSystemEntries(target).Select(Path.GetFileName));
    }

    [SystemFact] // CVE-2025-31133
    public void T04_A_prepared_dev_null_masks_nothing_and_is_written_to_by_nobody()
    {
        string before = File.ReadAllText("/proc/sys/kernel/core_pattern");
        using var bundle = Bundle.Shell("cat /proc/keys; cat /proc/sys/kernel/core_pattern >/dev/null && echo end");
        string root = bundle.OwnRoot(writable: true);
        File.CreateSymbolicLink(root + "/dev/null", "/proc/sys/kernel/core_pattern");
        bundle.WithoutMount("/dev", "/dev/pts", "/dev/shm", "/dev/mqueue");
        Outcome outcome = bundle.Run();
        Assert.Equal(before, File.ReadAllText("/proc/sys/kernel/core_pattern"));
        // Whether it starts or not: /proc/keys never shows the link's target.
        Assert.DoesNotContain(before.Trim(), outcome.Output);
        bundle.AssertGone();
    }

    [SystemFact] // CVE-2025-52565
    public void T05_Prepared_terminals_are_not_opened()
    {
        string decoy = Path.Combine(Machine.NewFolder(), "decoy");
        File.WriteAllText(decoy, "decoy");
        foreach (string link in (string[])["dev/ptmx", "dev/console", "dev/pts/ptmx", "dev/pts/0"])
        {
            using var bundle = Bundle.Shell("tty; echo x >/dev/ptmx");
            string root = bundle.OwnRoot(writable: true);
            Directory.CreateDirectory(root + "/dev/pts");
            File.CreateSymbolicLink($"{root}/{link}", decoy);
            bundle.WithoutMount("/dev");
            bundle.Process["terminal"] = true;
            Outcome outcome = bundle.Run();
            Assert.DoesNotContain("decoy", outcome.Output);
            Assert.Equal("decoy", File.ReadAllText(decoy));
            bundle.AssertGone();
        }
    }

    [SystemFact]
    public void T05_Without_a_devpts_of_its_own_there_is_no_terminal()
    {
        using var bundle = new Bundle("tty");
        string root = bundle.OwnRoot(writable: true);
        Directory.CreateDirectory(root + "/dev/pts");
        File.CreateSymbolicLink(root + "/dev/pts/ptmx", "/proc/1/fd/0");
        bundle.WithoutMount("/dev/pts", "/dev");
        bundle.Process["terminal"] = true;
        Assert.NotEqual(0, bundle.Run().Code);
        bundle.AssertGone();
    }

    [SystemFact] // CVE-2025-52881
    public void T06_A_setting_is_not_written_to_what_covers_proc()
    {
        using var bundle = new Bundle("true");
        bundle.Mount("/proc/sys", "tmpfs", "tmpfs");
        bundle.Linux["sysctl"] = new global::System.Text.Json.Nodes.JsonObject { ["net.ipv4.ip_forward"] = "1" };
        Assert.NotEqual(0, bundle.Run().Code);
        bundle.AssertGone();
    }

    [SystemTheory]
    [InlineData("bind")]
    [InlineData("tmpfs")]
    public void A_mount_behind_a_link_stays_inside(string type)
    {
        string outside = Machine.NewFolder();
        using var bundle = Bundle.Shell("grep -c /data/x /proc/self/mountinfo; true");
        string root = bundle.OwnRoot(writable: true);
        File.CreateSymbolicLink(root + "/link", outside);
        File.CreateSymbolicLink(root + "/up", "../../../../../../../../" + outside);
        bundle.Mount("/link/a/b", type, type == "bind" ? "/etc" : "tmpfs", type == "bind" ? "bind" : "mode=755").Mount("/up/a", type, type == "bind" ? "/etc" : "tmpfs", type == "bind" ? "bind" : "mode=755");
        bundle.Run();
        Assert.Empty(Directory.GetFileSystemEntries(outside));
        bundle.AssertGone();
    }

    [SystemTheory]
    [InlineData("../usr/share/zone/X", "usr/share/zone/X")]
    [InlineData("/usr/share/zone/X", "usr/share/zone/X")]
    [InlineData("../../../../../../../usr/zone/X", "usr/zone/X")]
    [InlineData("away/../there/./X", "etc/there/X")]
    [InlineData("hop", "var/last/X")]
    public void A_file_is_mounted_where_a_dangling_link_leads_and_what_is_missing_is_made_there(string target, string made)
    {
        string outside = Machine.NewFolder(), source = outside + "/source";
        File.WriteAllText(source, "from the host");
        using var bundle = Bundle.Shell("cat /etc/localtime; readlink /etc/localtime");
        string root = bundle.OwnRoot(writable: true);
        File.CreateSymbolicLink(root + "/etc/localtime", target);
        File.CreateSymbolicLink(root + "/etc/hop", "/etc/hop2");
        File.CreateSymbolicLink(root + "/etc/hop2", "../var/last/X");
        bundle.Mount("/etc/localtime", "bind", source, "bind");
        Outcome outcome = bundle.Run();
        Assert.True(outcome.Code == 0, outcome.ToString());
        Assert.Equal("from the host" + target, outcome.Output.Trim());
        Assert.Equal("", File.ReadAllText($"{root}/{made}"));
        Assert.Equal(target, new FileInfo(root + "/etc/localtime").LinkTarget);
        bundle.AssertGone();
    }

    [SystemTheory]
    [InlineData("bind")]
    [InlineData("tmpfs")]
    public void A_folder_is_mounted_where_a_dangling_link_leads(string type)
    {
        string outside = Machine.NewFolder();
        File.WriteAllText(outside + "/one", "");
        using var bundle = Bundle.Shell("grep -c ' /data/deep/folder/sub ' /proc/self/mountinfo");
        string root = bundle.OwnRoot(writable: true);
        File.CreateSymbolicLink(root + "/link", "data/deep/folder");
        bundle.Mount("/link/sub", type, type == "bind" ? outside : "tmpfs", type == "bind" ? "bind" : "size=64k");
        Assert.Equal("1", bundle.Run().Output.Trim());
        Assert.True(Directory.Exists(root + "/data/deep/folder/sub"));
        Assert.Equal(["one"], Directory.GetFileSystemEntries(outside).Select(Path.GetFileName));
    }

    [SystemTheory]
    [InlineData("a", "b", "PathUnsafe")]
    [InlineData("a", "a/x", "PathUnsafe")]
    public void Links_in_a_circle_are_an_error(string first, string second, string id)
    {
        string source = Path.Combine(Machine.NewFolder(), "source");
        File.WriteAllText(source, "");
        using var bundle = new Bundle("true");
        string root = bundle.OwnRoot(writable: true);
        File.CreateSymbolicLink($"{root}/{first}", second);
        if (second == "b") File.CreateSymbolicLink($"{root}/{second}", first);
        bundle.Mount("/a", "bind", source, "bind");
        bundle.RunFails(id);
    }

    [SystemFact]
    public void A_dangling_link_out_of_the_root_makes_nothing_outside()
    {
        string outside = Machine.NewFolder(), source = Path.Combine(Machine.NewFolder(), "source");
        File.WriteAllText(source, "x");
        foreach (string target in (string[])[outside + "/made", "../../../../../../../../../.." + outside + "/made", "/proc/1/root" + outside + "/made", "/proc/self/root" + outside + "/made"])
        {
            using var bundle = new Bundle("true");
            string root = bundle.OwnRoot(writable: true);
            File.CreateSymbolicLink(root + "/etc/localtime", target);
            bundle.Mount("/etc/localtime", "bind", source, "bind");
            bundle.Run();
            Assert.Empty(Directory.GetFileSystemEntries(outside));
            bundle.AssertGone();
        }
    }

    [SystemTheory]
    [InlineData("size=64k", "750 0 0")]
    [InlineData("mode=1700", "1700 0 0")]
    [InlineData("uid=7,gid=8", "750 7 8")]
    public void A_tmpfs_opens_to_nobody_whom_the_folder_below_did_not_let_in(string options, string expected)
    {
        using var bundle = Bundle.Shell("stat -c '%a %u %g' /srv; stat -c %a /new");
        string root = bundle.OwnRoot(writable: true);
        Directory.CreateDirectory(root + "/srv");
        Outcome.Of("chmod", "0750", root + "/srv");
        Outcome.Of("chown", "5:6", root + "/srv");
        bundle.Mount("/srv", "tmpfs", "tmpfs", options.Split(',')).Mount("/new", "tmpfs", "tmpfs", "size=64k");
        Assert.Equal([expected, "1777"], bundle.Run().Lines);
    }

    [SystemFact] // CVE-2026-55686
    public void T31_A_working_directory_behind_a_link_is_made_inside()
    {
        string outside = Machine.NewFolder();
        using var bundle = new Bundle("pwd");
        string root = bundle.OwnRoot(writable: true);
        File.CreateSymbolicLink(root + "/link", outside);
        bundle.Process["cwd"] = "/link/made";
        bundle.Run();
        Assert.Empty(Directory.GetFileSystemEntries(outside));
        bundle.AssertGone();
    }

    [SystemTheory] // CVE-2024-9676
    [InlineData("fifo")]
    [InlineData("link")]
    [InlineData("huge")]
    [InlineData("zero")]
    public void T25_A_passwd_that_is_none_costs_no_time(string kind)
    {
        using var bundle = new Bundle("sleep", "1000");
        string passwd = bundle.OwnRoot() + "/etc/passwd";
        File.Delete(passwd);
        switch (kind)
        {
            case "fifo": Outcome.Of("mkfifo", passwd); break;
            case "link": File.CreateSymbolicLink(passwd, "/../../../../../../etc/passwd"); break;
            case "zero": Outcome.Of("mknod", passwd, "c", "1", "5"); break;
            default: using (FileStream huge = File.Create(passwd)) huge.SetLength(4L << 30); break;
        }
        bundle.Start();
        long before = Environment.TickCount64;
        Pscontainer.Fails("UserNotFound", "exec", "--user", "ann", bundle.Id, "id");
        Assert.InRange(Environment.TickCount64 - before, 0, (long)Machine.Patience.TotalMilliseconds / 10);
    }
}
