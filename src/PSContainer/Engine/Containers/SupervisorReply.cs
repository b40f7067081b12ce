using System.Text.Json;
using PSContainer.Engine.Spec;
using PSContainer.Engine.State;
using PSContainer.Kernel;

namespace PSContainer.Engine.Containers;

/// <summary>The one JSON object that <c>pscontainer --reply N</c> sends: the process that now runs, or why none does.</summary>
internal static class SupervisorReply
{
    /// <summary>Reads up to the other side's close.</summary>
    /// <exception cref="EngineException">What the other side failed with; SupervisorFailed where it said nothing.</exception>
    public static ProcessIdentity Read(int descriptor)
    {
        var text = new MemoryStream();
        Span<byte> buffer = stackalloc byte[1024];
        int count;
        while ((count = Files.Read(descriptor, buffer)) > 0) text.Write(buffer[..count]);
        try
        {
            using JsonDocument document = JsonDocument.Parse(text.ToArray());
            JsonElement reply = document.RootElement;
            if (reply.Text("id") is not { } id) return new ProcessIdentity(reply.GetProperty("pid").GetInt32(), reply.GetProperty("startTime").GetUInt64());
            throw new EngineException(id, Enum.Parse<Reason>(reply.Text("reason")!), reply.Text("message")!, reply.Text("advice"));
        }
        catch (JsonException broken)
        {
            throw new EngineException("SupervisorFailed", Reason.Failed, "pscontainer ended before it could say what happened.",
                "It was killed, or can't run here: try 'pscontainer --version' (the file is in the module's folder).", broken);
        }
    }
}
