using System.Globalization;
using PSContainer.Kernel;
using PSContainer.Kernel.Proc;

namespace PSContainer.Engine.Namespaces;

/// <summary>User and command line of the processes that stand for a namespace, each read once: one process often stands for eight.</summary>
internal sealed class ProcessFacts(ProcDirectory proc)
{
    private readonly Dictionary<int, (uint? Uid, string User, string Command)> facts = [];
    private readonly Dictionary<uint, string> users = [];

    /// <summary>What is said where no process is in a namespace, or it has just ended.</summary>
    public static (uint? Uid, string User, string Command) None => (null, "", "");

    public (uint? Uid, string User, string Command) Of(int pid)
    {
        if (facts.TryGetValue(pid, out var known))
            return known;
        var found = None;
        if (proc.TryGetOwner(pid, out var uid))
            found = (uid, NameOf(uid), ProcCommandLine.Read(proc, pid) ?? "");
        facts.Add(pid, found);
        return found;
    }

    private string NameOf(uint uid)
    {
        if (users.TryGetValue(uid, out var name))
            return name;
        name = PasswordDatabase.FindName(uid) ?? uid.ToString(CultureInfo.InvariantCulture);
        users.Add(uid, name);
        return name;
    }
}
