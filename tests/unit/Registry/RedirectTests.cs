using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using PSContainer.Engine.Blobs;
using PSContainer.Engine.Images;
using PSContainer.Engine.Registry;
using PSContainer.Engine.Registry.Credentials;

namespace PSContainer.Tests.Unit.Registry;

public sealed class RedirectTests : RegistryTest
{
    private static readonly RegistryCredential s_ann = new("ann", "s3cret-word", "-Credential");
    private readonly byte[] _content = Noise(1000);

    [Fact]
    public async Task Another_host_gives_the_blob_and_gets_no_authorization()
    {
        Descriptor blob = Registry.AddBlob(MediaType.Layer, _content);
        using var other = new FakeServer(_ => new FakeAnswer(200, _content), address: "127.0.0.2");
        Registry.Instead = request => request.Authorization is null ? new FakeAnswer(401, null, ("WWW-Authenticate", "Basic realm=\"x\""))
            : request.Path.Contains("/blobs/") ? new FakeAnswer(307, null, ("Location", other.Address + "/store?signature=1")) : null;
        await Download(blob, Options with { Credential = s_ann });
        Assert.True(Store.Has(blob));
        Assert.Single(other.Requests);
        Assert.Null(other.Requests[0].Authorization);
    }

    [Fact]
    public async Task Its_challenge_is_not_answered()
    {
        Descriptor blob = Registry.AddBlob(MediaType.Layer, _content);
        using var other = new FakeServer(_ => new FakeAnswer(401, null, ("WWW-Authenticate", "Basic realm=\"x\"")), address: "127.0.0.2");
        Registry.Instead = request => request.Path.Contains("/blobs/") ? new FakeAnswer(302, null, ("Location", other.Address)) : null;
        await Fails("RegistryUnauthorized", () => Download(blob, Options with { Credential = s_ann }));
        Assert.Single(other.Requests);
        Assert.Null(other.Requests[0].Authorization);
    }

    [Fact]
    public async Task Within_the_registry_it_is_followed_with_authorization()
    {
        Descriptor blob = Registry.AddBlob(MediaType.Layer, _content);
        Registry.Instead = request => request.Authorization is null ? new FakeAnswer(401, null, ("WWW-Authenticate", "Basic realm=\"x\""))
            : request.Path.StartsWith("/v2/app/blobs/") ? new FakeAnswer(302, null, ("Location", $"/v2/moved/blobs/{blob.Digest}")) : null;
        await Download(blob, Options with { Credential = s_ann });
        Assert.NotNull(Registry.Requests.Last().Authorization);
    }

    [Theory]
    [InlineData("http://192.0.2.1/x")]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://127.0.0.1/x")]
    public async Task Out_of_this_machine_in_the_clear_and_to_what_is_no_web_it_is_not_followed(string to)
    {
        Registry.Instead = request => request.Path.Contains("/blobs/") ? new FakeAnswer(302, null, ("Location", to)) : null;
        await Fails("RegistryRedirectRefused", () => Download(Registry.AddBlob(MediaType.Layer, _content)));
    }

    [Fact]
    public async Task What_began_encrypted_does_not_go_on_in_the_clear()
    {
        using var secure = new FakeRegistry(tls: true);
        secure.Instead = request => request.Path.Contains("/manifests/") ? new FakeAnswer(302, null, ("Location", Registry.Address + "/v2/app/manifests/1")) : null;
        using var client = new RegistryClient(secure.Reference("app:1"), Options with { SkipCertificateCheck = true, AllowUnencrypted = true });
        await Fails("RegistryRedirectRefused", () => client.Manifest("1", default));
        Assert.Empty(Registry.Requests);
    }

    [Fact]
    public async Task A_circle_ends()
    {
        Registry.Instead = request => request.Path.Contains("/manifests/") ? new FakeAnswer(302, null, ("Location", request.Path)) : null;
        await Fails("RegistryRedirectRefused", () => Manifest("app:1"));
    }

    [Fact]
    public async Task An_invalid_certificate_is_refused_and_plain_HTTP_is_not_tried_in_its_place()
    {
        using var secure = new FakeRegistry(tls: true);
        secure.AddManifest("app:1", MediaType.Manifest, _content);
        using var client = new RegistryClient(secure.Reference("app:1"), Options with { AllowUnencrypted = true });
        await Fails("RegistryCertificateInvalid", () => client.Manifest("1", default));
        Assert.Empty(secure.Requests);
        using var trusting = new RegistryClient(secure.Reference("app:1"), Options with { SkipCertificateCheck = true });
        Assert.Equal(_content, (await trusting.Manifest("1", default)).Content);
    }

    [OwnAddressFact]
    public async Task A_registry_elsewhere_that_speaks_no_TLS_is_an_error_unless_that_is_allowed()
    {
        using var elsewhere = new FakeServer(request => new FakeAnswer(request.Path == "/v2/" ? 200 : 403), address: OwnAddressFact.Address!);
        var reference = ImageReference.Parse(elsewhere.Authority + "/app:1");
        using var client = new RegistryClient(reference, Options);
        await Fails("RegistryNotEncrypted", () => client.Manifest("1", default));
        Assert.Empty(elsewhere.Requests);
        using var allowing = new RegistryClient(reference, Options with { AllowUnencrypted = true });
        await Fails("RegistryForbidden", () => allowing.Manifest("1", default));
    }
}

/// <summary>A fact that needs an address of this machine's that is none of those that never leave it; not run where there is none.</summary>
public sealed class OwnAddressFact : FactAttribute
{
    public OwnAddressFact() => Skip = Address is null ? "needs an address beyond the loopback ones" : null;

    public static string? Address { get; } = NetworkInterface.GetAllNetworkInterfaces()
        .Where(link => link.OperationalStatus == OperationalStatus.Up)
        .SelectMany(link => link.GetIPProperties().UnicastAddresses)
        .Select(address => address.Address)
        .FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address))?.ToString();
}
