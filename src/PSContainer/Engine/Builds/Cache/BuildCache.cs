using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PSContainer.Engine.Blobs;
using PSContainer.Engine.Builds.Scope;
using PSContainer.Engine.Images;
using PSContainer.Engine.Records;
using PSContainer.Engine.State;

namespace PSContainer.Engine.Builds.Cache;

/// <summary>
/// What steps made, by what they were made from: a record a step, whose name is the digest of the layers below and of all that
/// the step's outcome depends on. A record says what a layer is; the layer itself lies with all others, and is swept with them.
/// </summary>
public sealed class BuildCache(StorageRoot root, ImageStore images)
{
    private string Folder { get; } = Path.Combine(root.Builds, "cache");

    /// <param name="layers">Those below.</param>
    /// <param name="recipe">What the step does, with everything that its outcome depends on.</param>
    public static Digest Key(IEnumerable<BuiltLayer> layers, params IReadOnlyList<string> recipe)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        // Every text with its length, so that none can pass for two.
        foreach (string part in recipe.Prepend("pscontainer 1").Concat(layers.Select(layer => layer.DiffId.ToString())))
            hash.AppendData(Encoding.UTF8.GetBytes($"{Encoding.UTF8.GetByteCount(part)}:{part}"));
        return Digest.FromHash(hash.GetHashAndReset());
    }

    /// <summary>What a step made once, where all of it is still here.</summary>
    public CachedStep? Find(Digest key)
    {
        CachedStep? step;
        try
        {
            step = JsonFile.Read(PathOf(key), CachedStep.Read);
        }
        catch (EngineException)
        {
            // A record that can't be read is none; the step is done again.
            return null;
        }
        return step is { Layer: { } layer } && !(images.Layers.Has(layer.DiffId) && images.Blobs.Has(layer.Blob)) ? null : step;
    }

    public void Keep(Digest key, CachedStep step)
    {
        Directory.CreateDirectory(Folder);
        // Two builds may do the same step at once.
        string temporary = Path.Combine(Folder, Path.GetRandomFileName());
        File.WriteAllBytes(temporary, JsonFile.Bytes(step.Write));
        File.Move(temporary, PathOf(key), overwrite: true);
    }

    /// <summary>Removes the records whose layers are gone.</summary>
    /// <returns>How many.</returns>
    public int Sweep()
    {
        if (!Directory.Exists(Folder)) return 0;
        int swept = 0;
        foreach (string file in Directory.EnumerateFiles(Folder))
        {
            if (Digest.TryParse("sha256:" + Path.GetFileName(file), out Digest key) && Find(key) is not null) continue;
            File.Delete(file);
            swept++;
        }
        return swept;
    }

    private string PathOf(Digest key) => Path.Combine(Folder, key.Hex);
}

/// <summary>What a step made.</summary>
/// <param name="Layer">null where it changed no file.</param>
/// <param name="Content">In place of a layer: what the files that a COPY takes from another stage are.</param>
public sealed record CachedStep(BuiltLayer? Layer, Digest? Content = null)
{
    internal static CachedStep Read(JsonElement json) => new(
        json.Has("layer") is { } layer ? new BuiltLayer(Digest.Parse(json.RequiredText("diffId")), Descriptor.Read(layer), json.GetProperty("created").GetDateTimeOffset()) : null,
        json.Text("content") is { } content ? Digest.Parse(content) : null);

    internal void Write(Utf8JsonWriter json)
    {
        if (Layer is { } layer)
        {
            json.WriteString("diffId", layer.DiffId.ToString());
            json.WriteString("created", layer.Created);
            json.WritePropertyName("layer");
            layer.Blob.Write(json);
        }
        if (Content is { } content) json.WriteString("content", content.ToString());
    }
}
