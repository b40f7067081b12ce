using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using PSContainer.Kernel;

namespace PSContainer.Engine.Records;

/// <summary>Small JSON files of ours: written whole under another name and renamed, so that nobody ever reads a half.</summary>
public static class JsonFile
{
    // What the default encoder does; but asking for that one makes another beside it, with a table of all of Unicode.
    private static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.Create(UnicodeRanges.BasicLatin);
    private static readonly JsonWriterOptions Dense = new() { Encoder = Encoder };
    private static readonly JsonWriterOptions Indented = new() { Encoder = Encoder, Indented = true };

    public static byte[] Bytes(Action<Utf8JsonWriter> write, bool indented = true)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer, indented ? Indented : Dense))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>One value, and nothing behind it.</summary>
    /// <param name="json">Not to be changed as long as the value is used.</param>
    /// <exception cref="JsonException"/>
    // Never disposed of: that would give two arrays to the pool, which then measures at length how fast it learns its processor's number.
    public static JsonElement Parse(ReadOnlyMemory<byte> json) => JsonDocument.Parse(json).RootElement;

    /// <param name="indented">For people to read; not where there may be a thousand things in it.</param>
    /// <exception cref="KernelException"/>
    public static void Write(string path, Action<Utf8JsonWriter> write, bool indented = true) => WholeFile.Replace(path, Bytes(write, indented));

    /// <inheritdoc cref="StateFile.Read"/>
    public static T? Read<T>(string path, Func<JsonElement, T> read) where T : class => StateFile.Read(path, bytes => read(Parse(bytes)));
}
