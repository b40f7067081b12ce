using System.Text;
using PSContainer.Engine;
using PSContainer.Engine.Blobs;
using PSContainer.Engine.Registry;
using PSContainer.Engine.Registry.Credentials;

namespace PSContainer.Tests.Unit.Registry;

public sealed class AuthorizationTests : RegistryTest
{
    private const string Password = "s3cret-word";
    private static readonly RegistryCredential s_ann = new("ann", Password, "-Credential");

    private static string Basic(string user, string password) => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));

    private void WantBasic() => Registry.Instead = request => request.Authorization == Basic("ann", Password) ? null
        : FakeRegistry.Error(401, "UNAUTHORIZED", $"not with {request.Authorization} {Password}", ("WWW-Authenticate", "Basic realm=\"a \\\"b\\\"\""));

    /// <summary>As registries with a token server do: only what it gave out is taken.</summary>
    private FakeServer WantToken(Func<FakeRequest, FakeAnswer> give, string scope = "")
    {
        var server = new FakeServer(give);
        Registry.Instead = request => request.Authorization == "Bearer good" ? null
            : new FakeAnswer(401, null, ("WWW-Authenticate", $"Bearer realm=\"{server.Address}/token?a=b\",service=\"reg istry\"{scope}"));
        return server;
    }

    private static FakeAnswer Good { get; } = new(200, FakeRegistry.Text("""{"token":"good"}"""));

    public AuthorizationTests() => Registry.AddManifest("app:1", MediaType.Manifest, [1]);

    [Fact]
    public async Task A_password_goes_where_it_is_asked_for()
    {
        WantBasic();
        await Manifest("app:1", Options with { Credential = s_ann });
        Assert.Null(Registry.Requests[0].Authorization);
    }

    [Fact]
    public async Task A_wrong_password_and_none_are_errors_that_hold_no_secret()
    {
        WantBasic();
        var wrong = new RegistryCredential("ann", Password + "x", "-Credential");
        EngineException failure = await Fails("RegistryUnauthorized", () => Manifest("app:1", Options with { Credential = wrong }));
        Assert.DoesNotContain(Password, failure + failure.Advice);
        Assert.DoesNotContain(Basic("ann", Password + "x")["Basic ".Length..], failure + failure.Advice);
        Assert.Contains("ann (-Credential)", failure.Advice);
        Assert.Equal(2, Registry.Requests.Length);
        await Fails("RegistryUnauthorized", () => Manifest("app:1"));
    }

    [Fact]
    public async Task A_token_is_had_without_and_with_a_password()
    {
        using FakeServer server = WantToken(_ => Good);
        await Manifest("app:1");
        Assert.Equal("a=b&service=reg%20istry&scope=repository%3Aapp%3Apull", server.Requests[0].Query);
        Assert.Null(server.Requests[0].Authorization);
        await Manifest("app:1", Options with { Credential = s_ann });
        Assert.Equal(Basic("ann", Password), server.Requests[1].Authorization);
    }

    [Fact]
    public async Task It_is_for_what_the_registry_says_and_serves_for_more_than_one_request()
    {
        using FakeServer server = WantToken(_ => Good, ",scope=\"repository:app:pull,push repository:base:pull\"");
        using var client = new RegistryClient(Registry.Reference("app:1"), Options, push: true);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => client.Manifest("1", default)));
        Assert.Equal("a=b&service=reg%20istry&scope=repository%3Aapp%3Apull%2Cpush&scope=repository%3Abase%3Apull", Assert.Single(server.Requests).Query);
    }

    [Fact]
    public async Task One_that_has_run_out_is_had_anew()
    {
        int given = 0;
        using FakeServer server = WantToken(_ => new FakeAnswer(200, FakeRegistry.Text(Interlocked.Increment(ref given) == 2 ? """{"access_token":"good"}""" : """{"token":"stale"}""")));
        using var client = new RegistryClient(Registry.Reference("app:1"), Options);
        await Fails("RegistryUnauthorized", () => client.Manifest("1", default));
        await client.Manifest("1", default);
        Assert.Equal(2, given);
    }

    [Theory]
    [InlineData(401, "", "RegistryUnauthorized")]
    [InlineData(403, "", "RegistryForbidden")]
    [InlineData(500, "", "RegistryFailed")]
    [InlineData(429, "", "RegistryBusy")]
    [InlineData(302, "", "RegistryFailed")]
    [InlineData(200, "", "RegistryAnswerInvalid")]
    [InlineData(200, "[]", "RegistryAnswerInvalid")]
    [InlineData(200, "{}", "RegistryAnswerInvalid")]
    [InlineData(200, "{\"token\":3}", "RegistryAnswerInvalid")]
    [InlineData(200, "{\"token\":\"a\\r\\nX-Evil: 1\"}", "RegistryAnswerInvalid")]
    public async Task A_token_server_that_does_not_give_one_is_an_error(int status, string body, string id)
    {
        using FakeServer server = WantToken(_ => new FakeAnswer(status, FakeRegistry.Text(body), ("Location", "http://127.0.0.1:1/")));
        EngineException failure = await Fails(id, () => Manifest("app:1", Options with { Credential = s_ann }));
        Assert.DoesNotContain(Password, failure + failure.Advice);
    }

    [Fact]
    public async Task A_token_without_an_end_is_not_read()
    {
        using FakeServer server = WantToken(_ => new FakeAnswer(200, new byte[65536]) { Endless = 1_000_000_000 });
        await Fails("RegistryAnswerInvalid", () => Manifest("app:1"));
    }

    [Theory]
    [InlineData("http://192.0.2.1/token", "RegistryRedirectRefused")]
    [InlineData("file:///etc/passwd", "RegistryAnswerInvalid")]
    [InlineData("/token", "RegistryAnswerInvalid")]
    public async Task A_password_goes_to_no_token_server_in_the_clear(string realm, string id)
    {
        Registry.Instead = _ => new FakeAnswer(401, null, ("WWW-Authenticate", $"Bearer realm=\"{realm}\""));
        await Fails(id, () => Manifest("app:1", Options with { Credential = s_ann }));
    }

    [Fact]
    public async Task A_registry_that_is_encrypted_has_no_token_server_that_is_not()
    {
        using var server = new FakeServer(_ => Good);
        using var secure = new FakeRegistry(tls: true);
        secure.Instead = _ => new FakeAnswer(401, null, ("WWW-Authenticate", $"Bearer realm=\"{server.Address}\""));
        using var client = new RegistryClient(secure.Reference("app:1"), Options with { SkipCertificateCheck = true, AllowUnencrypted = true, Credential = s_ann });
        await Fails("RegistryRedirectRefused", () => client.Manifest("1", default));
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task An_identity_token_is_exchanged_for_one()
    {
        using FakeServer server = WantToken(_ => Good);
        string file = Folder + "/config.json";
        File.WriteAllText(file, $$"""{"auths":{"{{Registry.Authority}}":{"auth":"{{Convert.ToBase64String("00000000:"u8)}}","identitytoken":"refresh/me"} } }""");
        await Manifest("app:1", Options with { CredentialFiles = [file] });
        Assert.Equal("POST", server.Requests[0].Method);
        string form = Encoding.ASCII.GetString(server.Requests[0].Body);
        Assert.Contains("grant_type=refresh_token&refresh_token=refresh%2Fme", form);
        Assert.Null(server.Requests[0].Authorization);
    }

    [Fact]
    public async Task A_token_of_the_file_is_presented_as_it_is()
    {
        using FakeServer server = WantToken(_ => Good);
        string file = Folder + "/config.json";
        File.WriteAllText(file, $$"""{"auths":{"{{Registry.Authority}}":{"registrytoken":"good"} } }""");
        await Manifest("app:1", Options with { CredentialFiles = [file] });
        Assert.Empty(server.Requests);
    }
}
