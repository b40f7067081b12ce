using PSContainer.Engine.Images;
using PSContainer.Engine.Registry.Credentials;
using PSContainer.Tests.Unit.Cgroups;

namespace PSContainer.Tests.Unit.Registry;

public sealed class CredentialFileTests : IDisposable
{
    private static readonly string s_ann = Convert.ToBase64String("ann:s3:cret"u8), s_bob = Convert.ToBase64String("bob:x"u8);
    private readonly string _folder = Directory.CreateTempSubdirectory("pscontainer-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private RegistryCredential? Find(string json, string image)
    {
        File.WriteAllText(_folder + "/config.json", json);
        var reference = ImageReference.Parse(image);
        return new CredentialFile(_folder + "/config.json").Find(reference.Registry, reference.Repository, default);
    }

    private string? User(string json, string image) => Find(json, image)?.User;

    [Theory]
    [InlineData("https://index.docker.io/v1/", "ubuntu")]
    [InlineData("index.docker.io", "ubuntu")]
    [InlineData("docker.io", "team/app")]
    [InlineData("registry.test:5000", "registry.test:5000/app")]
    [InlineData("https://registry.test:5000/v2/", "registry.test:5000/app")]
    [InlineData("http://registry.test", "registry.test/app")]
    [InlineData("registry.test/team", "registry.test/team/app")]
    [InlineData("registry.test/team/app", "registry.test/team/app")]
    public void A_registry_is_known_by_each_of_its_names(string key, string image) => Assert.Equal("ann", User($$"""{"auths":{"{{key}}":{"auth":"{{s_ann}}"} } }""", image));

    [Theory]
    [InlineData("registry.test", "other.test/app")]
    [InlineData("registry.test", "registry.test:5000/app")]
    [InlineData("registry.test/team", "registry.test/teams/app")]
    [InlineData("registry.test", "registry.test.evil.test/app")]
    [InlineData("docker.io", "registry.test/app")]
    public void Another_one_gets_nothing(string key, string image) => Assert.Null(Find($$"""{"auths":{"{{key}}":{"auth":"{{s_ann}}"} } }""", image));

    [Fact]
    public void The_closest_key_counts()
    {
        string json = $$"""{"auths":{"registry.test":{"auth":"{{s_bob}}"},"registry.test/team":{"auth":"{{s_ann}}"} } }""";
        Assert.Equal("ann", User(json, "registry.test/team/app"));
        Assert.Equal("bob", User(json, "registry.test/app"));
    }

    [Fact]
    public void User_and_password_may_stand_apart() => Assert.Equal("ann", User("""{"auths":{"registry.test":{"username":"ann","password":"x"}}}""", "registry.test/a"));

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("""{"auths":{"registry.test":3}}""")]
    [InlineData("""{"auths":{"registry.test":{"auth":"!!!"}}}""")]
    [InlineData("""{"auths":{"registry.test":{"auth":"czNjcmV0"}}}""")]
    public void A_file_that_can_not_be_read_is_an_error(string json) => Fails.With("CredentialFileInvalid", () => Find(json, "registry.test/a"));

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"auths":null,"credsStore":""}""")]
    [InlineData("""{"auths":{"registry.test":{}}}""")]
    public void One_that_knows_nothing_is_none(string json) => Assert.Null(Find(json, "registry.test/a"));

    [Fact]
    public void No_file_is_no_error() => Assert.Null(new CredentialFile(_folder + "/none.json").Find("registry.test", "a", default));

    [Fact]
    public void What_is_too_large_is_not_read()
    {
        using (FileStream file = File.Create(_folder + "/large.json")) file.SetLength(1L << 40);
        Fails.With("CredentialFileInvalid", () => new CredentialFile(_folder + "/large.json").Find("registry.test", "a", default));
    }

    [Fact]
    public void A_password_is_shown_by_nothing() => Assert.Equal("ann (x)", new RegistryCredential("ann", "s3cret", "x").ToString());
}
