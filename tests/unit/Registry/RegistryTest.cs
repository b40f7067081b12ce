using PSContainer.Engine;
using PSContainer.Engine.Blobs;
using PSContainer.Engine.Registry;

namespace PSContainer.Tests.Unit.Registry;

/// <summary>What the tests of this room share: limits that no slow machine meets, and no wait between two attempts.</summary>
public abstract class RegistryTest : IDisposable
{
    internal static RegistryOptions Options { get; } = new()
    {
        CredentialFiles = [],
        ConnectionTimeout = TimeSpan.FromMinutes(2),
        OperationTimeout = TimeSpan.FromMinutes(2),
        RetryInterval = TimeSpan.FromMilliseconds(1),
        MaximumRetryCount = 2,
    };

    internal FakeRegistry Registry { get; } = new();

    protected string Folder { get; } = Directory.CreateTempSubdirectory("pscontainer-test-").FullName;

    internal BlobStore Store => new(Folder + "/images");

    public virtual void Dispose()
    {
        Registry.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    internal static async Task<EngineException> Fails(string id, Func<Task> work)
    {
        EngineException failure = await Assert.ThrowsAsync<EngineException>(work);
        Assert.True(failure.Id == id, $"{id} expected, {failure}");
        Assert.NotNull(failure.Advice);
        return failure;
    }

    internal async Task<(Descriptor Manifest, byte[] Content)> Manifest(string name, RegistryOptions? options = null)
    {
        var reference = Registry.Reference(name);
        using var client = new RegistryClient(reference, options ?? Options);
        return await client.Manifest(reference.Digest?.ToString() ?? reference.Tag!, default);
    }

    internal async Task Download(Descriptor blob, RegistryOptions? options = null)
    {
        using var client = new RegistryClient(Registry.Reference("app:1"), options ?? Options);
        using BlobIngest ingest = Store.Bring(blob);
        await client.Download(blob, ingest, _ => { }, default);
        ingest.Finish();
    }

    internal static byte[] Noise(int length)
    {
        byte[] bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }
}
