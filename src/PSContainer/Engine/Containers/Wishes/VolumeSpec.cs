using PSContainer.Engine.Text;

namespace PSContainer.Engine.Containers.Wishes;

/// <summary>A folder or file of the host inside the container: docker's "source:destination[:ro]".</summary>
public sealed record VolumeSpec(string Source, string Destination, bool ReadOnly)
{
    /// <summary>Its files belong to the container's users by the same numbers, not to those that they are outside.</summary>
    public bool Idmap { get; init; }

    /// <exception cref="EngineException">VolumeInvalid, VolumeNotFound.</exception>
    public static VolumeSpec Parse(string text)
    {
        string[] parts = text.Split(':');
        if (parts.Length is < 2 or > 3) throw Invalid(text, "it has not the form source:destination[:ro]");
        bool readOnly = false, idmap = false;
        foreach (string option in parts.ElementAtOrDefault(2)?.Split(',') ?? [])
            switch (option)
            {
                case "rw": readOnly = false; break;
                case "ro": readOnly = true; break;
                case "idmap": idmap = true; break;
                default: throw Invalid(text, $"'{option}' is none of ro, rw and idmap");
            }
        if (parts[0].Length == 0) throw Invalid(text, "the source is empty");
        if (!parts[1].StartsWith('/') || parts[1].Split('/').Contains("..")) throw Invalid(text, "the destination must be an absolute path in the container");
        if (parts[1].Trim('/').Length == 0) throw Invalid(text, "the destination is the root itself");
        if (text.AsSpan().ContainsAny('\n', '\0')) throw Invalid(text, "it holds a control character");
        string source = Path.GetFullPath(parts[0]);
        if (!Path.Exists(source))
            throw new EngineException("VolumeNotFound", Reason.NotFound, $"The volume's source '{Printable.Of(source)}' does not exist on this machine.", "Make it first (New-Item).");
        return new VolumeSpec(source, parts[1], readOnly) { Idmap = idmap };
    }

    private static EngineException Invalid(string text, string why)
        => new("VolumeInvalid", Reason.InvalidInput, $"'{Printable.Of(text)}' is no volume: {why}.", "Write it as /source:/destination or /source:/destination:ro (or :idmap, :ro,idmap).");
}
