namespace PSContainer.Engine.Archives.Tar;

/// <summary>What can be wrong with an archive.</summary>
internal static class TarError
{
    /// <param name="offset">Bytes of the archive before the header that is meant.</param>
    public static EngineException Invalid(long offset, string what)
        => new("ArchiveInvalid", Reason.Corrupt, $"This is no tar archive, or a damaged one: {what} (at byte {offset}).", "Fetch or make the archive again.");

    public static EngineException Truncated(long offset)
        => new("ArchiveTruncated", Reason.Corrupt, $"The tar archive is cut off after {offset} bytes.", "Fetch or make the archive again.");

    public static EngineException NotSupported(long offset, string what)
        => new("ArchiveNotSupported", Reason.NotSupported, $"The tar archive holds {what} (at byte {offset}), which is not supported.", "Make the archive anew with 'tar --format=pax', without --sparse.");
}
