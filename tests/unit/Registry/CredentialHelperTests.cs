using PSContainer.Engine;
using PSContainer.Engine.Images;
using PSContainer.Engine.Registry.Credentials;
using PSContainer.Tests.Unit.Cgroups;

namespace PSContainer.Tests.Unit.Registry;

/// <summary>Helpers made here, in a folder that stands last on the path, with names that no other has.</summary>
public sealed class CredentialHelperTests : IDisposable
{
    private static readonly string s_folder = Path.Combine(Path.GetTempPath(), $"pscontainer-test-helpers-{Environment.ProcessId}");
    private readonly string _config = s_folder + "/config.json";

    static CredentialHelperTests() => Environment.SetEnvironmentVariable("PATH", Environment.GetEnvironmentVariable("PATH") + ":" + s_folder);

    public CredentialHelperTests() => Directory.CreateDirectory(s_folder);

    public void Dispose() => Directory.Delete(s_folder, recursive: true);

    private static void Make(string name, string script)
    {
        string path = $"{s_folder}/docker-credential-{name}";
        // By a shell, so that no other test that starts a process meanwhile holds it open for writing.
        using var write = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("/bin/sh", ["-c", $"cat >'{path}'; chmod 755 '{path}'"]) { RedirectStandardInput = true })!;
        write.StandardInput.Write("#!/bin/sh\n" + script);
        write.StandardInput.Close();
        write.WaitForExit();
    }

    private RegistryCredential? Find(string json, string image, CancellationToken cancel = default)
    {
        File.WriteAllText(_config, json);
        var reference = ImageReference.Parse(image);
        return new CredentialFile(_config).Find(reference.Registry, reference.Repository, cancel);
    }

    [Fact]
    public void It_is_asked_for_the_registry_and_answers()
    {
        Make("pscontainer1", "read server; [ \"$1\" = get ] && echo \"{\\\"Username\\\":\\\"$server\\\",\\\"Secret\\\":\\\"x\\\"}\"");
        Assert.Equal("registry.test", Find("""{"credsStore":"pscontainer1"}""", "registry.test/a")!.User);
        Assert.Equal("https://index.docker.io/v1/", Find("""{"credHelpers":{"docker.io":"pscontainer1"}}""", "ubuntu")!.User);
        Assert.Null(Find("""{"credHelpers":{"docker.io":"pscontainer1"}}""", "registry.test/a"));
        Assert.Equal("docker-credential-pscontainer1", Find("""{"credsStore":"pscontainer1"}""", "registry.test/a")!.Source);
    }

    [Fact]
    public void One_that_has_nothing_leaves_it_to_the_file()
    {
        Make("pscontainer2", "echo 'credentials not found in native keychain'; exit 1");
        Assert.Null(Find("""{"credsStore":"pscontainer2"}""", "registry.test/a"));
        Assert.Equal("ann", Find("""{"credsStore":"pscontainer2","auths":{"registry.test":{"username":"ann","password":"x"}}}""", "registry.test/a")!.User);
    }

    [Theory]
    [InlineData("exit 3")]
    [InlineData("echo s3cret")]
    [InlineData("echo '[]'")]
    [InlineData("echo s3cret >&2; kill -9 $$")]
    [InlineData("head -c 1000000 /dev/zero")]
    public void One_that_fails_is_an_error_that_repeats_nothing_of_it(string script)
    {
        Make("pscontainer3", script);
        EngineException failure = Assert.Throws<EngineException>(() => Find("""{"credsStore":"pscontainer3"}""", "registry.test/a"));
        Assert.Equal("CredentialHelperFailed", failure.Id);
        Assert.DoesNotContain("s3cret", failure.ToString());
    }

    [Theory]
    [InlineData("../../bin/sh")]
    [InlineData("x y")]
    [InlineData("pscontainer-none")]
    public void A_name_that_is_none_runs_nothing(string name) => Fails.With("CredentialHelperFailed", () => Find($$"""{"credsStore":"{{name}}"}""", "registry.test/a"));

    [Fact]
    public void One_that_hangs_can_be_left()
    {
        Make("pscontainer4", "echo here >\"$0.started\"; exec sleep 1000");
        using var cancel = new CancellationTokenSource();
        Task waiting = Task.Run(() => Find("""{"credsStore":"pscontainer4"}""", "registry.test/a", cancel.Token));
        Assert.True(SpinWait.SpinUntil(() => File.Exists($"{s_folder}/docker-credential-pscontainer4.started"), TimeSpan.FromMinutes(1)));
        cancel.Cancel();
        Assert.IsAssignableFrom<OperationCanceledException>(Assert.Throws<AggregateException>(() => waiting.Wait(TimeSpan.FromMinutes(1))).InnerException);
    }
}
