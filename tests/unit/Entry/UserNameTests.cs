using PSContainer.Engine;
using PSContainer.Engine.Entry;
using PSContainer.Engine.Spec;
using PSContainer.Kernel;
using PSContainer.Tests.Unit.Cgroups;

namespace PSContainer.Tests.Unit.Entry;

public class UserNameTests
{
    private const string Passwd = """
        root:x:0:0:root:/root:/bin/sh
        # daemon:x:9:9::/:/bin/false
        daemon:x:1:1::/:/bin/false
        ann:x:1000:1000:Ann,,,:/home/ann:/bin/sh
        odd:x:7
        text:x:abc:def::/:/bin/sh
        huge:x:4294967296:0::/:/bin/sh
        -1:x:5:5::/:/bin/sh
        """;
    private const string Group = """
        root:x:0:
        staff:x:50:ann,bob
        wheel:x:60:annabel
        broken:x:zz:ann
        short:x:70
        more:x:80:bob,ann
        """;

    private static UserSpec Resolve(string text, string? passwd = Passwd, string? group = Group)
        => UserName.Resolve(text, path => path == "/etc/passwd" ? passwd : group);

    [Theory]
    [InlineData("1", 1u, 1u)] // as the account has it (CVE-2026-30892: never 0)
    [InlineData("1:2", 1u, 2u)]
    [InlineData("5000", 5000u, 0u)]
    [InlineData("5000:6000", 5000u, 6000u)]
    [InlineData("0", 0u, 0u)]
    [InlineData("ann", 1000u, 1000u)]
    [InlineData("ann:staff", 1000u, 50u)]
    [InlineData("ann:7", 1000u, 7u)]
    [InlineData("5000:staff", 5000u, 50u)]
    [InlineData("2147483647:2147483647", 2147483647u, 2147483647u)]
    [InlineData("007", 7u, 0u)]
    public void Names_and_numbers_are_told_apart(string text, uint uid, uint gid)
    {
        UserSpec user = Resolve(text);
        Assert.Equal((uid, gid), (user.Uid, user.Gid));
    }

    [Fact]
    public void Supplementary_groups_are_exactly_the_images()
    {
        Assert.Equal([1000u, 50u, 80u], Resolve("ann").AdditionalGids);
        Assert.Equal([1000u, 50u, 80u], Resolve("1000").AdditionalGids);
        Assert.Equal([50u], Resolve("ann:staff").AdditionalGids);
        Assert.Equal([0u], Resolve("5000").AdditionalGids);
        Assert.Equal([1000u], Resolve("ann", group: null).AdditionalGids);
    }

    [Theory]
    [InlineData("2147483648", "UserInvalid")]
    [InlineData("4294967295", "UserInvalid")]
    [InlineData("4294967296", "UserInvalid")]
    [InlineData("18446744073709551616", "UserInvalid")]
    [InlineData("0:2147483648", "UserInvalid")]
    [InlineData("", "UserInvalid")]
    [InlineData(":", "UserInvalid")]
    [InlineData("1:", "UserInvalid")]
    [InlineData(":1", "UserInvalid")]
    [InlineData("1:2:3", "UserInvalid")]
    [InlineData("huge", "UserInvalid")]
    [InlineData("text", "UserInvalid")]
    [InlineData("+1", "UserNotFound")]
    [InlineData("0x0", "UserNotFound")]
    [InlineData("1.0", "UserNotFound")]
    [InlineData(" 1", "UserNotFound")]
    [InlineData("٣", "UserNotFound")] // a digit, but not of ASCII
    [InlineData("bob", "UserNotFound")]
    [InlineData("# daemon", "UserNotFound")]
    [InlineData("ann:bob", "UserNotFound")]
    public void What_names_nobody_is_refused(string text, string id) => Fails.With(id, () => Resolve(text));

    [Fact]
    public void Without_the_files_there_are_only_numbers()
    {
        Assert.Equal((8u, 9u), (Resolve("8:9", null, null).Uid, Resolve("8:9", null, null).Gid));
        Fails.With("UserNotFound", () => Resolve("root", null, null));
        Fails.With("UserNotFound", () => Resolve("root", "", ""));
    }

    [Fact]
    public void An_error_shows_no_control_characters()
        => Assert.DoesNotContain(Assert.Throws<EngineException>(() => Resolve("\u001b[0m")).Message, char.IsControl);

    [Fact]
    public void Files_of_a_strangers_root_cost_no_time_and_lead_nowhere()
    {
        string root = Directory.CreateTempSubdirectory("pscontainer-test-").FullName, etc = Directory.CreateDirectory(root + "/etc").FullName;
        try
        {
            Assert.Null(UserName.ReadBelow(root, "/etc/passwd"));
            Assert.Null(UserName.ReadBelow(root + "/absent", "/etc/passwd"));

            File.WriteAllText(etc + "/real", "inside");
            File.CreateSymbolicLink(etc + "/passwd", "/../../../etc/real");
            Assert.Equal("inside", UserName.ReadBelow(root, "/etc/passwd"));
            Replace(etc, "/etc/hostname-of-the-host");
            Assert.Null(UserName.ReadBelow(root, "/etc/passwd"));
            Replace(etc, "/proc/self/environ");
            Assert.Null(UserName.ReadBelow(root, "/etc/passwd"));

            File.Delete(etc + "/passwd");
            Files.MakeFifo(etc + "/passwd", 0x1B6);
            Assert.Equal("", UserName.ReadBelow(root, "/etc/passwd"));
            File.Delete(etc + "/passwd");
            using (FileStream huge = File.Create(etc + "/passwd")) huge.SetLength(4L << 30);
            Assert.Null(UserName.ReadBelow(root, "/etc/passwd"));
            File.Delete(etc + "/passwd");
            Directory.CreateDirectory(etc + "/passwd");
            Assert.True(string.IsNullOrEmpty(UserName.ReadBelow(root, "/etc/passwd")));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static void Replace(string etc, string target)
    {
        File.Delete(etc + "/passwd");
        File.CreateSymbolicLink(etc + "/passwd", target);
    }

    [Fact]
    public void Types_of_namespaces_are_those_of_proc()
    {
        Assert.Equal(CloneFlags.NewNet | CloneFlags.NewUts, TargetNamespaces.Parse(["net", "UTS"]));
        foreach (string type in (string[])["network", "", "pid_for_children", "mount"]) Fails.With("NamespaceTypeUnknown", () => TargetNamespaces.Parse([type]));
        Assert.Equal((CloneFlags)0, TargetNamespaces.Foreign(Environment.ProcessId, (CloneFlags)ulong.MaxValue));
        Fails.With("NamespaceProcessNotFound", () => TargetNamespaces.Foreign(4194305, CloneFlags.NewNet));
    }
}
