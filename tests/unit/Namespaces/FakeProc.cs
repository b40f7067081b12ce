namespace PSContainer.Tests.Unit.Namespaces;

/// <summary>A tree with proc's shape: links that lead nowhere, for only their text is read.</summary>
internal sealed class FakeProc : IDisposable
{
    private static readonly string[] Kinds = ["cgroup", "ipc", "mnt", "net", "pid", "time", "user", "uts"];

    public string Root { get; } = Directory.CreateTempSubdirectory("proc").FullName;

    /// <summary>A process in namespaces 101 (cgroup) to 108 (uts), apart from those named.</summary>
    public FakeProc Process(int pid, string command = "sleep\0infinity\0", params (string Kind, ulong Id)[] own)
    {
        Directory.CreateDirectory($"{Root}/{pid}/ns");
        Directory.CreateDirectory($"{Root}/{pid}/fd");
        File.WriteAllText($"{Root}/{pid}/cmdline", command);
        File.WriteAllText($"{Root}/{pid}/comm", "comm\n");
        for (var i = 0; i < Kinds.Length; i++)
        {
            var named = own.Where(other => other.Kind == Kinds[i]).ToArray();
            var id = named.Length > 0 ? named[0].Id : (ulong)(101 + i);
            if (id > 0)
                Link($"{pid}/ns/{Kinds[i]}", $"{Kinds[i]}:[{id}]");
        }

        return this;
    }

    public FakeProc Link(string path, string target)
    {
        File.Delete($"{Root}/{path}");
        File.CreateSymbolicLink($"{Root}/{path}", target);
        return this;
    }

    public FakeProc Mounts(int pid, params string[] lines)
    {
        File.WriteAllText($"{Root}/{pid}/mountinfo", string.Concat(lines.Select(line => line + "\n")));
        return this;
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
