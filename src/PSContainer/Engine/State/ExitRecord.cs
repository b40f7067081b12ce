using System.Text.Json;
using PSContainer.Engine.Records;
using PSContainer.Kernel;

namespace PSContainer.Engine.State;

/// <summary>exit.json beside a container's record: how its last run ended.</summary>
/// <param name="Code">The exit status, or 128 and the signal's number, as a shell and docker tell it.</param>
/// <param name="OomKilled">The kernel killed something in it for want of memory.</param>
/// <param name="Finished">When.</param>
public sealed record ExitRecord(int Code, bool OomKilled, DateTimeOffset Finished)
{
    public const string FileName = "exit.json";

    /// <summary>The last run's end; null while it runs, where it never ran, and where the end was cut off.</summary>
    public static ExitRecord? Read(string containerFolder) => Parse(WholeFile.TryRead(Path.Combine(containerFolder, FileName), out _));

    /// <summary>Reads the file's bytes; null where they are not (yet) a whole record.</summary>
    public static ExitRecord? Parse(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.IsEmpty) return null;
        try
        {
            JsonElement json = JsonFile.Parse(bytes);
            return new ExitRecord(json.GetProperty("code").GetInt32(), json.Flag("oomKilled"), json.GetProperty("finished").GetDateTimeOffset());
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            return null;
        }
    }

    public byte[] ToJson() => JsonFile.Bytes(json =>
    {
        json.WriteNumber("code", Code);
        json.WriteBoolean("oomKilled", OomKilled);
        json.WriteString("finished", Finished);
    });
}
