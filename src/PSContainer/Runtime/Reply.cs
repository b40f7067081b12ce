using PSContainer.Engine;
using PSContainer.Engine.State;
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

    public static void Started(ProcessIdentity process)
        => Send(JsonFile.Bytes(json =>
        {
            json.WriteNumber("pid", process.Pid);
            json.WriteNumber("startTime", process.StartTime);
        }, indented: false));

    public static void Failure(EngineException failure)
        => Send(JsonFile.Bytes(json =>
        {
            json.WriteString("id", failure.Id);
            json.WriteString("reason", failure.Reason.ToString());
            json.WriteString("message", failure.Message);
            if (failure.Advice is not null) json.WriteString("advice", failure.Advice);
        }, indented: false));

    private static void Send(byte[] answer)
    {
        if (!IsWanted) return;
        Files.Write(s_descriptor, answer);
        Files.Close(s_descriptor);
        s_descriptor = -1;
    }
}
