using PSContainer.Engine.Records;

namespace PSContainer.Engine.State;

/// <summary>settings.json in the storage root: what holds where nobody says otherwise. The administrator writes it; nothing here does.</summary>
public sealed record StorageSettings
{
    public const string FileName = "settings.json";

    /// <summary>What -UserNamespace is where it is not given: "Auto", "Host", or ranges; null for Host.</summary>
    public string? UserNamespace { get; init; }

    /// <exception cref="EngineException">StateCorrupt: it is no JSON.</exception>
    public static StorageSettings Of(StorageRoot root)
        => JsonFile.Read(Path.Combine(root.Data, FileName), json => new StorageSettings { UserNamespace = json.Text("userNamespace") }) ?? new StorageSettings();
}
