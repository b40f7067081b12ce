using PSContainer.Engine.Containers;
using PSContainer.Engine.State;

namespace PSContainer.Tests.System.Lane;

/// <summary>What all tests stand on: the executable, a folder for everything, and a busybox root that nobody writes to.</summary>
internal static class Machine
{
    private static int s_number;

    // rm, since .NET's own way can't remove names that are no text; and never what is still mounted.
    static Machine() => AppDomain.CurrentDomain.ProcessExit += (_, _) => Outcome.Of("rm", "-rf", "--one-file-system", Folder);

    /// <summary>Everything of this lane's run lies here, so that whatever names it is ours.</summary>
    public static string Folder { get; } = Directory.CreateTempSubdirectory("pscontainer-system-").FullName;

    /// <summary>Storage of the executable and of the engine.</summary>
    public static string Storage { get; } = Path.Combine(Folder, "storage");

    public static StorageRoot Root { get; } = StorageRoot.At(Storage);

    public static string Executable { get; } = FindExecutable();

    /// <summary>Starts the PowerShell that this project is tested with.</summary>
    public static string PowerShell { get; } = Path.GetFullPath("../../build/powershell.sh", Path.GetDirectoryName(Executable)!);

    public static ContainerEngine Engine { get; } = new(Root, Executable);

    private static readonly Lazy<string> s_busyboxRoot = new(() => MakeRoot(Path.Combine(Folder, "busybox")));

    public static string BusyboxRoot => s_busyboxRoot.Value;

    /// <summary>The virtual machine of tests/vm is emulated and takes its time.</summary>
    public static bool IsSlow { get; } = Environment.MachineName == "pscontainer-vm";

    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(IsSlow ? 120 : 20);

    /// <summary>Ids of everything that this run has made, for the search at its end.</summary>
    public static List<string> Ids { get; } = [];

    public static string NewId()
    {
        string id = $"system{Environment.ProcessId}-{Interlocked.Increment(ref s_number)}";
        lock (Ids) Ids.Add(id);
        return id;
    }

    public static string NewFolder() => Directory.CreateDirectory(Path.Combine(Folder, "folder" + Interlocked.Increment(ref s_number))).FullName;

    public static string? Find(string program)
        => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    /// <summary>A root with busybox under its usual names, and the folders that images have.</summary>
    public static string MakeRoot(string folder)
    {
        foreach (string name in (string[])["bin", "etc", "proc", "sys", "dev", "tmp", "root", "home", "data"]) Directory.CreateDirectory(Path.Combine(folder, name));
        File.Copy(new FileInfo(Find("busybox")!).ResolveLinkTarget(true)?.FullName ?? Find("busybox")!, Path.Combine(folder, "bin/busybox"));
        foreach (string name in Outcome.Of("busybox", "--list").Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            if (name != "busybox") File.CreateSymbolicLink(Path.Combine(folder, "bin", name), "busybox");
        File.WriteAllText(Path.Combine(folder, "etc/passwd"), "root:x:0:0:root:/root:/bin/sh\ndaemon:x:1:1::/:/bin/false\nann:x:1000:1000::/home:/bin/sh\n");
        File.WriteAllText(Path.Combine(folder, "etc/group"), "root:x:0:\ndaemon:x:1:\nann:x:1000:\nstaff:x:50:ann\nnobody-else:x:60:bob\n");
        return folder;
    }

    private static string FindExecutable()
    {
        if (Environment.GetEnvironmentVariable("PSCONTAINER_EXECUTABLE") is { Length: > 0 } given) return Path.GetFullPath(given);
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "PSContainer.sln"))) return Path.Combine(folder.FullName, "out/PSContainer/pscontainer");
        return "";
    }
}
