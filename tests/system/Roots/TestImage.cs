using PSContainer.Engine.Blobs;
using PSContainer.Engine.Containers.Wishes;
using PSContainer.Engine.Images;
using PSContainer.Engine.Images.Config;
using PSContainer.Tests.System.Engine;
using PSContainer.Tests.System.Lane;

namespace PSContainer.Tests.System.Roots;

/// <summary>Images whose layers are folders made by hand, in the store as an import would leave them.</summary>
internal static class TestImage
{
    private static readonly Lock s_gate = new();
    private static int s_number;

    /// <summary>Busybox in one layer.</summary>
    public static StoredImage Busybox(ImageConfig? config = null, params IEnumerable<Action<string>> above)
        => Make(config, [folder => Machine.MakeRoot(folder), .. above]);

    /// <param name="layers">What fills each layer's folder, the lowest first.</param>
    public static StoredImage Make(ImageConfig? config, IEnumerable<Action<string>> layers)
    {
        var store = new ImageStore(Machine.Root);
        var diffIds = new List<Digest>();
        var blobs = new List<Descriptor>();
        int number = Interlocked.Increment(ref s_number);
        foreach (Action<string> fill in layers)
        {
            // The blob is only there to be counted: nothing unpacks it again.
            byte[] content = global::System.Text.Encoding.UTF8.GetBytes($"layer {diffIds.Count} of {number} by {Environment.ProcessId}");
            Digest diffId = Digest.Of(content);
            string folder = store.Layers.FolderOf(diffId);
            Directory.CreateDirectory(folder);
            File.SetUnixFileMode(folder, (UnixFileMode)0x1ED);
            fill(folder);
            diffIds.Add(diffId);
            blobs.Add(store.Blobs.Add(MediaType.Layer, content));
        }
        lock (s_gate) return store.Add((config ?? new ImageConfig()) with { DiffIds = diffIds }, blobs, [ImageReference.Parse($"test/image:{number}")]);
    }

    /// <summary>The wish for a container of it.</summary>
    public static ContainerSpec Spec(this StoredImage image, ContainerSpec? spec = null) => ImageDefaults.Apply(spec ?? new ContainerSpec(), image);

    /// <summary>What a shell prints in a container of it.</summary>
    public static string[] Print(this StoredImage image, string script, ContainerSpec? spec = null)
        => EngineContainer.PrintOf(image.Spec((spec ?? new ContainerSpec()) with { Command = "/bin/sh", Arguments = ["-c", script] }));
}
