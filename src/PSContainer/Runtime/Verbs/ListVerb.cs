using System.Text;
using PSContainer.Engine;
using PSContainer.Engine.State;

namespace PSContainer.Runtime.Verbs;

/// <summary>list: id, pid, status and bundle of every container here.</summary>
internal static class ListVerb
{
    public static int Execute(Context context, CommandLine line)
    {
        bool quiet = line.Flag("quiet");
        line.Next();
        var text = new StringBuilder();
        if (!quiet) text.Append("ID".PadRight(34)).Append("PID".PadRight(10)).Append("STATUS".PadRight(10)).Append("BUNDLE\n");
        foreach (string id in context.Runs.Ids())
        {
            RunState? state = Readable(context, id);
            if (state is null) continue;
            if (quiet)
            {
                text.Append(id).Append('\n');
                continue;
            }
            ContainerStatus status = StatusProbe.Of(state, context.Storage.RunFolder(id));
            string pid = status == ContainerStatus.Stopped ? "0" : state.Init.Pid.ToString();
            text.Append(id.PadRight(34)).Append(pid.PadRight(10)).Append(status.ToString().ToLowerInvariant().PadRight(10)).Append(state.Bundle).Append('\n');
        }
        Text.Out(text.ToString());
        return 0;
    }

    // One broken state must not hide the others.
    private static RunState? Readable(Context context, string id)
    {
        try
        {
            return RunState.Read(context.Storage.RunFolder(id));
        }
        catch (EngineException broken)
        {
            Text.Error(broken.Message);
            return null;
        }
    }
}
