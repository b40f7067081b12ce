using System.Text.Json;
using PSContainer.Engine.Blobs;
using PSContainer.Engine.Records;

namespace PSContainer.Engine.Layers;

/// <summary>A layer that is unpacked.</summary>
/// <param name="DiffId">The digest of its plain archive.</param>
/// <param name="Folder">Its files, as overlayfs takes them for a lower directory.</param>
/// <param name="Size">Bytes of all files' content.</param>
/// <param name="Entries">How many entries its archive had.</param>
public sealed record Layer(Digest DiffId, string Folder, long Size, int Entries)
{
    internal const string FileName = "layer.json";

    internal void Write(string folder) => JsonFile.Write(Path.Combine(folder, FileName), json =>
    {
        json.WriteString("diffId", DiffId.ToString());
        json.WriteNumber("size", Size);
        json.WriteNumber("entries", Entries);
    });

    /// <exception cref="EngineException">StateCorrupt.</exception>
    internal static Layer? Read(string folder, string files) => JsonFile.Read(Path.Combine(folder, FileName), (JsonElement json) =>
        new Layer(Digest.Parse(json.RequiredText("diffId")), files, json.GetProperty("size").GetInt64(), json.GetProperty("entries").GetInt32()));
}
