using PSContainer.Engine;
using PSContainer.Engine.Records;
using PSContainer.Kernel;

namespace PSContainer.Runtime;

/// <summary>The answer to the module, as one JSON object on a descriptor that it handed over (--reply N); closed afterwards.</summary>
internal static class Reply
{
    private static int s_descriptor = -1;

    public static bool IsWanted => s_descriptor >= 0;

    public static void To(int descriptor)
    {
        Files.SetCloseOnExec(descriptor, true);
        s_descriptor = descriptor;
    }

    /// <param name="process">What runs now.</param>
    /// <param name="warnings">What could be done only in part.</param>
    public static void Started(ProcessIdentity process, IReadOnlyList<string>? warnings = null)
        => Send(JsonFile.Bytes(json =>
        {
            json.WriteNumber("pid", process.Pid);
            json.WriteNumber("startTime", process.StartTime);
            if (warnings is not { Count: > 0 }) return;
            json.WriteStartArray("warnings");
            foreach (string warning in warnings) json.WriteStringValue(warning);
            json.WriteEndArray();
        }, indented: false));

    public static void Failure(EngineException failure) => Send(EngineFailure.ToJson(failure));

    private static void Send(byte[] answer)
    {
        if (!IsWanted) return;
        Files.Write(s_descriptor, answer);
        Files.Close(s_descriptor);
        s_descriptor = -1;
    }
}
