using System.Text.Json;
using PSContainer.Engine.Records;
using PSContainer.Kernel;

namespace PSContainer.Engine.Commands;

/// <summary>The one JSON object that <c>pscontainer --reply N</c> sends: the process that now runs, or why none does.</summary>
internal static class SupervisorReply
{
    /// <summary>Reads up to the other side's close.</summary>
    /// <param name="descriptor">Where it comes.</param>
    /// <param name="warn">Takes what the other side could only do in part.</param>
    /// <exception cref="EngineException">What the other side failed with; SupervisorFailed where it said nothing.</exception>
    public static ProcessIdentity Read(int descriptor, Action<string>? warn = null)
    {
        var text = new MemoryStream();
        Span<byte> buffer = stackalloc byte[1024];
        int count;
        while ((count = Files.Read(descriptor, buffer)) > 0) text.Write(buffer[..count]);
        try
        {
            JsonElement reply = JsonFile.Parse(text.ToArray());
            EngineFailure.ThrowIn(reply);
            foreach (string warning in reply.Strings("warnings")) warn?.Invoke(warning);
            return new ProcessIdentity(reply.GetProperty("pid").GetInt32(), reply.GetProperty("startTime").GetUInt64());
        }
        catch (JsonException broken)
        {
            throw new EngineException("SupervisorFailed", Reason.Failed, "pscontainer ended before it could say what happened.",
                "It was killed, or can't run here: try 'pscontainer --version' (the file is in the module's folder).", broken);
        }
    }
}
