namespace PSContainer.Engine.Blobs;

/// <summary>What comes in does not fit: a blob, or the files of a layer.</summary>
internal static class StorageFull
{
    public static EngineException Error(string what, Exception? cause = null)
        => new("StorageFull", Reason.Exhausted, $"There is not enough room in the storage: {what}.", "Make room (Remove-ContainerImage), or move the storage to a larger disk.", cause);
}
