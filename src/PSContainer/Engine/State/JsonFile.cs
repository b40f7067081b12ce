using System.Buffers;
using System.Text.Json;

namespace PSContainer.Engine.State;

/// <summary>Small JSON files of ours: written whole under another name and renamed, so that nobody ever reads a half.</summary>
public static class JsonFile
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true };

    public static byte[] Bytes(Action<Utf8JsonWriter> write, bool indented = true)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer, indented ? Indented : default))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    /// <param name="indented">For people to read; not where there may be a thousand things in it.</param>
    public static void Write(string path, Action<Utf8JsonWriter> write, bool indented = true)
    {
        string temporary = path + ".new";
        File.WriteAllBytes(temporary, Bytes(write, indented));
        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>What <paramref name="read"/> makes of the file; null where there is no file.</summary>
    /// <exception cref="EngineException">StateCorrupt.</exception>
    public static T? Read<T>(string path, Func<JsonElement, T> read) where T : class
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            return read(document.RootElement);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new EngineException("PermissionDenied", Reason.NoPermission, $"'{path}' can't be read: no access.", "Run as root (sudo pwsh).", denied);
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new EngineException("StateCorrupt", Reason.Corrupt, $"'{path}' does not hold what it should: {broken.Message}",
                "Repair-ContainerStorage clears what can't be read.", broken);
        }
    }
}
