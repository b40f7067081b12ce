using System.Text.Json;

namespace PSContainer.Engine.Spec;

/// <summary>
/// linux.seccomp (config-linux.md, "Seccomp"), as it stands in the file: what it says is read only where a filter has to be made of it, and
/// mostly one is there already. So a start does not pay for four hundred names, and nothing of it is lost on the way.
/// </summary>
/// <param name="Json">A JSON object in UTF-8.</param>
public sealed record SeccompSpec(byte[] Json)
{
    /// <exception cref="EngineException">ConfigInvalid, by its caller: it is no object.</exception>
    internal static SeccompSpec Read(JsonElement seccomp)
        => seccomp.ValueKind == JsonValueKind.Object ? new(System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(seccomp).ToArray()) : throw new FormatException("linux.seccomp is no object");
}
