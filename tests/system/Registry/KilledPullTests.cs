using System.Diagnostics;
using PSContainer.Engine.Blobs;
using PSContainer.Engine.Images;
using PSContainer.Engine.Registry;
using PSContainer.Engine.State;
using PSContainer.Tests.System.Lane;
using PSContainer.Tests.Unit.Registry;

namespace PSContainer.Tests.System.Registry;

/// <summary>A PowerShell that is killed in the middle of a layer.</summary>
public sealed class KilledPullTests : RegistryTest
{
    [SystemFact("powershell")]
    public async Task The_next_pull_goes_on_where_it_was_killed()
    {
        Descriptor layer = SampleImage.Add(Registry, "app:1", 400_000, 700_000).Layers[1];
        var store = new ImageStore(StorageRoot.At(Folder + "/storage"));
        Registry.Instead = request => request.Path.EndsWith(layer.Digest.ToString())
            ? new FakeAnswer(200, Registry.Blobs[layer.Digest.ToString()][..500_000]) { Announced = layer.Size, IsHeldOpen = true } : null;

        string module = Path.Combine(Path.GetDirectoryName(Machine.Executable)!, "PSContainer.psd1");
        using Process pwsh = Outcome.Begin(Machine.PowerShell, ["-NoProfile", "-NonInteractive", "-Command", $"Import-Module '{module}'; Request-ContainerImage {Registry.Reference("app:1")}"],
            new Dictionary<string, string> { ["PSCONTAINER_ROOT"] = Folder + "/storage" });
        try
        {
            var part = new FileInfo($"{Folder}/storage/images/ingest/{layer.Digest.Hex}");
            // A PowerShell takes long to start where the machine is busy.
            long end = Environment.TickCount64 + (long)TimeSpan.FromMinutes(5).TotalMilliseconds;
            while (!(part.Exists && part.Length == 500_000 && store.Layers.All().Any()))
            {
                Assert.False(pwsh.HasExited);
                Assert.True(Environment.TickCount64 < end, "never: half of the layer is here, and the other one is unpacked");
                Thread.Sleep(20);
                part.Refresh();
            }
        }
        finally
        {
            pwsh.Kill();
            pwsh.WaitForExit();
        }

        Assert.Empty(store.All());
        Registry.Instead = _ => null;
        StoredImage image = await new ImagePull(store, Options).Run(Registry.Reference("app:1"), null, default);
        Assert.Equal(Noise(700_000), File.ReadAllBytes(store.Layers.FolderOf(image.Config.DiffIds[1]) + "/file-1"));
        Assert.Equal("bytes=500000-", Registry.Requests.Last(request => request.Path.EndsWith(layer.Digest.ToString())).Headers["Range"]);
        Assert.Single(Registry.Requests, request => request.Path.EndsWith(image.Manifest.Layers[0].Digest.ToString()));
        Assert.Equal(2, Directory.GetDirectories(Folder + "/storage/layers").Count(folder => Digest.TryParse("sha256:" + Path.GetFileName(folder), out _)));
        Assert.DoesNotContain(Directory.GetDirectories(Folder + "/storage/layers"), folder => folder.EndsWith(".part"));
    }
}
