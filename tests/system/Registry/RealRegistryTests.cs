using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using PSContainer.Engine.Blobs;
using PSContainer.Engine.Images;
using PSContainer.Engine.Images.Config;
using PSContainer.Engine.Registry;
using PSContainer.Engine.Registry.Credentials;
using PSContainer.Engine.State;
using PSContainer.Tests.System.Lane;
using PSContainer.Tests.Unit.Registry;

namespace PSContainer.Tests.System.Registry;

/// <summary>Debian's docker-registry on this machine, fed by skopeo, and read back by it.</summary>
public sealed class RealRegistryTests : RegistryTest
{
    // Of "s3cret-word": htpasswd -nbB ann s3cret-word
    private const string Users = "ann:$2y$05$1wyxN31Xp3g78QqUE5I4I.l3IZLjxqes59M9OEEI4ziYYU/I9K016\n";
    private static readonly RegistryCredential s_ann = new("ann", "s3cret-word", "-Credential");

    private Process? _process;
    private string _authority = "";

    private ImageStore Images => new(StorageRoot.At(Folder + "/storage"));

    public override void Dispose()
    {
        _process?.Kill();
        _process?.WaitForExit();
        _process?.Dispose();
        base.Dispose();
    }

    private void Start(bool wantsPassword = false)
    {
        _authority = $"127.0.0.1:{FreePort()}";
        File.WriteAllText(Folder + "/users", Users);
        string auth = wantsPassword ? $"auth: {{htpasswd: {{realm: here, path: {Folder}/users}}}}\n" : "";
        File.WriteAllText(Folder + "/registry.yml", $"version: 0.1\nstorage: {{filesystem: {{rootdirectory: {Folder}/store}}}}\nhttp: {{addr: {_authority}}}\n{auth}");
        File.WriteAllText(Folder + "/log", "");
        _process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"exec docker-registry serve {Folder}/registry.yml >{Folder}/log 2>&1"]))!;
        Pscontainer.Eventually(() =>
        {
            Assert.False(_process.HasExited, File.ReadAllText(Folder + "/log"));
            using var client = new TcpClient();
            try
            {
                client.Connect(IPEndPoint.Parse(_authority));
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        }, "the registry listens");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private ImageReference Name(string name) => ImageReference.Parse($"{_authority}/{name}");

    /// <summary>An image in a layout, made here; skopeo takes it from there.</summary>
    private string Layout()
    {
        var made = new ImageStore(StorageRoot.At(Folder + "/made"));
        byte[] plain = SampleImage.Tar("file-0", Noise(3_000_000)), other = SampleImage.Tar("file-1", Noise(1000));
        Descriptor[] layers = [made.Blobs.Add(MediaType.LayerGzip, SampleImage.Gzip(plain)), made.Blobs.Add(MediaType.LayerGzip, SampleImage.Gzip(other))];
        foreach ((Descriptor layer, Digest content) in layers.Zip([Digest.Of(plain), Digest.Of(other)])) Unpack(made, layer, content);
        made.Add(new ImageConfig { DiffIds = [Digest.Of(plain), Digest.Of(other)], Env = ["A=b"] }, layers, ImageReference.Parse("docker.io/library/made:1"));
        return $"oci:{Folder}/made/images:docker.io/library/made:1";
    }

    private static void Unpack(ImageStore store, Descriptor layer, Digest content)
    {
        using FileStream blob = store.Blobs.Open(layer.Digest);
        store.Layers.Unpack(blob, layer, content);
    }

    private static void Skopeo(params string[] arguments)
    {
        Outcome outcome = Outcome.Of("skopeo", ["--insecure-policy", .. arguments]);
        Assert.True(outcome.Code == 0, outcome.ToString());
    }

    [SystemTheory("docker-registry", "skopeo")]
    [InlineData("oci")]
    [InlineData("v2s2")]
    public async Task What_skopeo_puts_there_is_pulled_and_what_is_pushed_skopeo_reads(string format)
    {
        Start();
        Skopeo("copy", "--format", format, "--dest-tls-verify=false", Layout(), $"docker://{_authority}/team/app:1");
        StoredImage image = await new ImagePull(Images, Options).Run(Name("team/app:1"), null, default);
        Assert.Equal(["A=b"], image.Config.Env);
        Assert.Equal(Noise(3_000_000), File.ReadAllBytes(Images.Layers.FolderOf(image.Config.DiffIds[0]) + "/file-0"));

        SubmittedImage linked = await new ImagePush(Images, Options).Run(image, Name("other/app:2"), null, default);
        Assert.InRange(linked.BytesSent, 1, 10_000);
        Assert.Equal(image.Descriptor.Digest.ToString(), linked.Digest);
        Skopeo("copy", "--src-tls-verify=false", $"docker://{_authority}/other/app:2", $"oci:{Folder}/back:1");
        using JsonDocument index = JsonDocument.Parse(File.ReadAllBytes(Folder + "/back/index.json"));
        Assert.Single(index.RootElement.GetProperty("manifests").EnumerateArray());
    }

    [SystemFact("docker-registry", "skopeo")]
    public async Task What_is_not_there_is_sent_once()
    {
        Layout();
        Start();
        var store = new ImageStore(StorageRoot.At(Folder + "/made"));
        StoredImage made = store.Get("made:1");
        var push = new ImagePush(store, Options);
        SubmittedImage first = await push.Run(made, Name("app:1"), null, default);
        Assert.Equal(first.Size, first.BytesSent);
        SubmittedImage second = await push.Run(made, Name("app:2"), null, default);
        Assert.InRange(second.BytesSent, 1, 10_000);
        Skopeo("inspect", "--tls-verify=false", $"docker://{_authority}/app@{first.Digest}");
        await Fails("ImageNameInvalid", () => push.Run(made, Name("app@sha256:" + new string('a', 64)), null, default));
        Assert.Equal(made.Id, (await new ImagePull(Images, Options).Run(Name("app:2"), null, default)).Id);
    }

    [SystemFact("docker-registry", "skopeo")]
    public async Task A_registry_that_wants_a_password_gets_the_right_one()
    {
        Start(wantsPassword: true);
        Skopeo("copy", "--dest-creds", "ann:s3cret-word", "--dest-tls-verify=false", Layout(), $"docker://{_authority}/team/app:1");
        await Fails("RegistryUnauthorized", () => new ImagePull(Images, Options).Run(Name("team/app:1"), null, default));
        await Fails("RegistryUnauthorized", () => new ImagePull(Images, Options with { Credential = new RegistryCredential("ann", "wrong", "-Credential") }).Run(Name("team/app:1"), null, default));
        StoredImage image = await new ImagePull(Images, Options with { Credential = s_ann }).Run(Name("team/app:1"), null, default);
        File.WriteAllText(Folder + "/config.json", $$"""{"auths":{"{{_authority}}":{"auth":"{{Convert.ToBase64String("ann:s3cret-word"u8)}}"} } }""");
        await new ImagePush(Images, Options with { CredentialFiles = [Folder + "/config.json"] }).Run(image, Name("team/app:2"), null, default);
        await Fails("RegistryUnauthorized", () => new ImagePush(Images, Options).Run(image, Name("team/app:3"), null, default));
    }
}
