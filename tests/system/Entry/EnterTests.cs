using PSContainer.Engine.Records;
using PSContainer.Tests.System.Bundles;
using PSContainer.Tests.System.Lane;

namespace PSContainer.Tests.System.Entry;

public class EnterTests
{
    private static readonly string[] s_types = ["mnt", "pid", "net", "uts", "ipc"];

    [SystemFact]
    public void One_type_is_entered_and_the_others_stay()
    {
        using Bundle bundle = new Bundle("sleep", "1000").Start();
        int pid = bundle.Pid;
        foreach (string type in (string[])["net", "uts", "ipc"])
        {
            Outcome outcome = Pscontainer.Run("enter", "--target", pid.ToString(), "--type", type, "/bin/sh", "-c",
                "for n in mnt pid net uts ipc; do readlink /proc/self/ns/$n; done");
            for (int i = 0; i < s_types.Length; i++)
                Assert.Equal(s_types[i] == type, outcome.Lines[i] == Link(pid, s_types[i]));
        }
    }

    [SystemFact]
    public void With_no_type_all_are_entered()
    {
        using Bundle bundle = new Bundle("sleep", "1000").Start();
        int pid = bundle.Pid;
        Outcome outcome = Pscontainer.Run("enter", "--target", pid.ToString(), "/bin/sh", "-c", "for n in mnt pid net uts ipc; do readlink /proc/self/ns/$n; done; hostname; exit 9");
        Assert.Equal([.. s_types.Select(type => Link(pid, type)), "runc"], outcome.Lines);
        Assert.Equal(9, outcome.Code);
    }

    [SystemFact]
    public void Ones_own_namespaces_are_no_error()
        => Assert.Equal("x\n", Pscontainer.Run("enter", "--target", Environment.ProcessId.ToString(), "echo", "x").Output);

    [SystemFact]
    public void A_pid_is_guarded_by_its_start_time()
    {
        using Bundle bundle = new Bundle("sleep", "1000").Start();
        ProcessIdentity init = ProcessIdentity.Of(bundle.Pid)!.Value;
        string[] target = ["--target", init.Pid.ToString(), "--start-time"];
        Assert.Equal(0, Pscontainer.Run(["enter", .. target, init.StartTime.ToString(), "true"]).Code);
        Pscontainer.Fails("NamespaceProcessNotFound", ["enter", .. target, (init.StartTime + 1).ToString(), "true"]);
    }

    [SystemTheory]
    [InlineData("4194305", "NamespaceProcessNotFound")]
    [InlineData("2147483647", "NamespaceProcessNotFound")]
    [InlineData("0", "ArgumentMissing")]
    [InlineData("-1", "ArgumentMissing")]
    [InlineData("x", "ArgumentMissing")]
    [InlineData("99999999999", "ArgumentMissing")]
    public void A_process_that_is_none_is_refused(string pid, string id) => Pscontainer.Fails(id, "enter", "--target=" + pid, "true");

    [SystemFact]
    public void A_type_that_is_none_is_refused()
    {
        string own = Environment.ProcessId.ToString();
        Pscontainer.Fails("NamespaceTypeUnknown", "enter", "--target", own, "--type", "net,galaxy", "true");
        Pscontainer.Fails("NamespaceTypeUnknown", "enter", "--target", own, "--type", "", "true");
        Pscontainer.Fails("ArgumentMissing", "enter", "--target", own, "--type", "net");
    }

    [SystemFact]
    public void The_command_keeps_the_callers_environment_and_code()
    {
        using Bundle bundle = new Bundle("sleep", "1000").Start();
        Outcome outcome = Outcome.Of(Machine.Executable, ["enter", "--target", bundle.Pid.ToString(), "--type", "net", "/bin/sh", "-c", "echo $LANE; exit 5"], null,
            new Dictionary<string, string> { ["LANE"] = "here" });
        Assert.Equal((5, "here\n"), (outcome.Code, outcome.Output));
        Assert.Equal(127, Pscontainer.Run("enter", "--target", bundle.Pid.ToString(), "--type", "net", "/bin/absent").Code);
    }

    private static string Link(int pid, string type) => new FileInfo($"/proc/{pid}/ns/{type}").LinkTarget!;
}
