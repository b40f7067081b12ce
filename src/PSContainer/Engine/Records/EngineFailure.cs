using System.Text.Json;

namespace PSContainer.Engine.Records;

/// <summary>A failure on its way from the executable to the module, as JSON.</summary>
public static class EngineFailure
{
    public static byte[] ToJson(EngineException failure) => JsonFile.Bytes(json =>
    {
        json.WriteString("id", failure.Id);
        json.WriteString("reason", failure.Reason.ToString());
        json.WriteString("message", failure.Message);
        if (failure.Advice is not null) json.WriteString("advice", failure.Advice);
    }, indented: false);

    /// <summary>Throws what the answer tells of, if it tells of a failure.</summary>
    /// <exception cref="EngineException"/>
    public static void ThrowIn(JsonElement answer)
    {
        if (answer.Text("id") is { } id)
            throw new EngineException(id, Enum.Parse<Reason>(answer.Text("reason")!), answer.Text("message")!, answer.Text("advice"));
    }
}
