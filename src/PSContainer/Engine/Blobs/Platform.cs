using System.Runtime.InteropServices;
using System.Text.Json;
using PSContainer.Engine.Records;

namespace PSContainer.Engine.Blobs;

/// <summary>What an image runs on, in Go's words (GOOS, GOARCH), as image-spec has it.</summary>
public sealed record Platform(string Os, string Architecture, string? Variant = null)
{
    /// <summary>This machine's.</summary>
    public static Platform Here { get; } = RuntimeInformation.OSArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => new Platform("linux", "amd64"),
        System.Runtime.InteropServices.Architecture.Arm64 => new Platform("linux", "arm64", "v8"),
        var other => new Platform("linux", other.ToString().ToLowerInvariant()),
    };

    /// <summary>Whether an image for it runs on this machine. A missing variant is the common one.</summary>
    public bool IsHere => Os == Here.Os && Architecture == Here.Architecture && (Variant is null or "" || Here.Variant is null || Variant == Here.Variant);

    public static Platform Read(JsonElement json) => new(json.Text("os") ?? "", json.Text("architecture") ?? "", json.Text("variant"));

    public void Write(Utf8JsonWriter json, string name)
    {
        json.WriteStartObject(name);
        WriteMembers(json);
        json.WriteEndObject();
    }

    internal void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("architecture", Architecture);
        json.WriteString("os", Os);
        if (Variant is { Length: > 0 }) json.WriteString("variant", Variant);
    }

    public override string ToString() => Variant is { Length: > 0 } ? $"{Os}/{Architecture}/{Variant}" : $"{Os}/{Architecture}";
}
