using System.Text.Json;
using PSContainer.Engine.Spec;

namespace PSContainer.Engine.State;

/// <summary>exit.json beside a container's record: how its last run ended.</summary>
/// <param name="Code">The exit status, or 128 and the signal's number, as a shell and docker tell it.</param>
/// <param name="OomKilled">The kernel killed something in it for want of memory.</param>
/// <param name="Finished">When.</param>
public sealed record ExitRecord(int Code, bool OomKilled, DateTimeOffset Finished)
{
    public const string FileName = "exit.json";

    public static ExitRecord? Read(string containerFolder) => JsonFile.Read(Path.Combine(containerFolder, FileName), json =>
        new ExitRecord(json.GetProperty("code").GetInt32(), json.Flag("oomKilled"), json.GetProperty("finished").GetDateTimeOffset()));

    public void Write(string containerFolder) => JsonFile.Write(Path.Combine(containerFolder, FileName), json =>
    {
        json.WriteNumber("code", Code);
        json.WriteBoolean("oomKilled", OomKilled);
        json.WriteString("finished", Finished);
    });
}
