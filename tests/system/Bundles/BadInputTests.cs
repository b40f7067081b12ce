using System.Text;
using PSContainer.Tests.System.Lane;

namespace PSContainer.Tests.System.Bundles;

/// <summary>Command lines and bundles that can't be: each a clear error, and nothing left.</summary>
public class BadInputTests
{
    [SystemTheory]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("../x")]
    [InlineData("a\nb")]
    [InlineData("a b")]
    [InlineData("ü")]
    [InlineData("")]
    public void Ids_that_are_no_names_are_refused(string id)
    {
        using var bundle = new Bundle("true");
        bundle.Write();
        foreach (string verb in (string[])["create", "run"]) Pscontainer.Fails("ContainerIdInvalid", verb, "--bundle", bundle.Folder, "--", id);
        foreach (string verb in (string[])["state", "start", "kill", "delete"]) Pscontainer.Fails("ContainerIdInvalid", verb, "--", id);
        Pscontainer.Fails("ContainerIdInvalid", "delete", "--force", "--", id);
    }

    [SystemFact]
    public void Ids_have_a_length()
    {
        using var bundle = new Bundle("true");
        bundle.Write();
        Pscontainer.Fails("ContainerIdInvalid", "create", "--bundle", bundle.Folder, new string('a', 5000));
        Pscontainer.Fails("ContainerIdInvalid", "create", "--bundle", bundle.Folder, new string('a', 256));
    }

    [SystemFact]
    public void A_command_line_has_to_be_whole()
    {
        Pscontainer.Fails("CommandUnknown", "frobnicate");
        Pscontainer.Fails("OptionUnknown", "state", "-x");
        foreach (string verb in (string[])["run", "create", "start", "state", "kill", "delete", "exec"]) Pscontainer.Fails("ArgumentMissing", verb);
        Pscontainer.Fails("ArgumentMissing", "run", "--bundle");
        Pscontainer.Fails("ArgumentMissing", "enter", "true");
        foreach (string descriptor in (string[])["x", "-1", ""]) Assert.Equal(1, Pscontainer.Run("--reply=" + descriptor, "state", "y").Code);
    }

    [SystemFact]
    public void A_bundle_has_to_be_there()
    {
        string id = Machine.NewId();
        Pscontainer.Fails("BundleNotFound", "run", "--bundle", Machine.Folder + "/absent", id);
        Pscontainer.Fails("BundleNotFound", "run", "--bundle", "/etc/passwd", id);
        Assert.False(Directory.Exists(Machine.Root.RunFolder(id)));
    }

    public static TheoryData<string> Broken => new(
        "", " ", "null", "[]", "{}", "42", "{\"ociVersion\":", "{\"ociVersion\":\"1.0.2\"}", "{\"ociVersion\":\"1.0.2\",\"root\":{}}",
        "{\"ociVersion\":\"9.0\",\"root\":{\"path\":\"/\"}}", "{\"ociVersion\":1,\"root\":{\"path\":\"/\"}}",
        "{\"ociVersion\":\"1.0.2\",\"root\":{\"path\":\"/\"},\"process\":{\"args\":[]}}",
        "{\"ociVersion\":\"1.0.2\",\"root\":{\"path\":\"/\"},\"process\":{\"args\":\"sh\"}}",
        "{\"ociVersion\":\"1.0.2\",\"root\":{\"path\":\"/\"},\"process\":{\"args\":[null]}}",
        "{\"ociVersion\":\"1.0.2\",\"root\":{\"path\":\"/\"},\"process\":{\"args\":[\"sh\"],\"cwd\":\"x\"}}",
        "{\"ociVersion\":\"1.0.2\",\"root\":{\"path\":\"/\"},\"process\":{\"args\":[\"a\\u0000b\"]}}",
        "{\"ociVersion\":\"1.0.2\",\"root\":{\"path\":\"/\"},\"process\":{\"args\":[\"sh\"],\"user\":{\"uid\":-1}}}",
        "{\"ociVersion\":\"1.0.2\",\"root\":{\"path\":\"/\"},\"process\":{\"args\":[\"sh\"],\"user\":{\"uid\":4294967296}}}",
        "{\"ociVersion\":\"1.0.2\",\"root\":{\"path\":\"/\"},\"process\":{\"args\":[\"sh\"],\"rlimits\":[{}]}}",
        "{\"ociVersion\":\"1.0.2\",\"root\":{\"path\":\"/\"},\"linux\":{\"namespaces\":[{}]}}",
        "{\"ociVersion\":\"1.0.2\",\"root\":{\"path\":\"/\"},\"linux\":7}",
        "{\"ociVersion\":\"1.0.2\",\"root\":{\"path\":\"/\"},\"hooks\":7}");

    [SystemTheory]
    [MemberData(nameof(Broken))]
    public void A_config_that_is_none_is_refused(string config)
    {
        using var bundle = new Bundle("true");
        File.WriteAllText(Path.Combine(bundle.Folder, "config.json"), config);
        foreach (string verb in (string[])["run", "create", "plan"]) Pscontainer.Fails("ConfigInvalid", bundle.Line(verb));
        bundle.AssertGone();
    }

    [SystemFact]
    public void A_config_may_begin_with_a_mark_and_hold_what_nobody_knows()
    {
        using var bundle = Bundle.Shell("exit 3");
        bundle.Config["future"] = new global::System.Text.Json.Nodes.JsonObject { ["x"] = 1 };
        bundle.Linux["future"] = "y";
        File.WriteAllText(Path.Combine(bundle.Folder, "config.json"), bundle.Config.ToJsonString(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        Assert.Equal(3, Pscontainer.Run(bundle.Line("run")).Code);
    }

    [SystemFact]
    public void Depth_and_size_have_bounds()
    {
        using var bundle = new Bundle("true");
        string config = Path.Combine(bundle.Folder, "config.json");
        File.WriteAllText(config, string.Concat(Enumerable.Repeat("{\"a\":", 10_000)) + "1" + new string('}', 10_000));
        Pscontainer.Fails("ConfigInvalid", bundle.Line("run"));
        using (FileStream large = File.Create(config)) large.SetLength(100 << 20);
        long before = Environment.TickCount64;
        Pscontainer.Fails("ConfigInvalid", bundle.Line("run"));
        Assert.InRange(Environment.TickCount64 - before, 0, (long)Machine.Patience.TotalMilliseconds / 10);
    }

    [SystemFact]
    public void A_config_that_is_no_file_is_refused_at_once()
    {
        using var bundle = new Bundle("true");
        string config = Path.Combine(bundle.Folder, "config.json");
        Directory.CreateDirectory(config);
        Assert.Equal(1, Pscontainer.Run(bundle.Line("run")).Code);
        Directory.Delete(config);
        Outcome.Of("mkfifo", config);
        Assert.Equal(1, Pscontainer.Run(bundle.Line("run")).Code);
        File.Delete(config);
        File.CreateSymbolicLink(config, "/dev/zero");
        Assert.Equal(1, Pscontainer.Run(bundle.Line("run")).Code);
    }
}
