using PSContainer.Kernel;

namespace PSContainer.Engine.Containers.Life;

/// <summary>
/// Takes the supervisors that this process started out of the process table when they end. They are children of the
/// PowerShell that started them as long as it lives; after that they are init's. One thread, asleep in poll(2).
/// </summary>
internal static class Reaper
{
    private static readonly List<int> s_children = [];
    private static int s_wake = -1;

    /// <summary>Hands over a child's pidfd.</summary>
    public static void Adopt(int pidfd)
    {
        lock (s_children)
        {
            s_children.Add(pidfd);
            if (s_wake < 0) Begin();
        }
        Files.Write(s_wake, [1]);
    }

    private static void Begin()
    {
        (int read, s_wake) = Files.Pipe(OpenFlags.NonBlock);
        new Thread(() => Loop(read)) { IsBackground = true, Name = "PSContainer reaper" }.Start();
    }

    private static void Loop(int woken)
    {
        var entries = new List<PollEntry>();
        var drained = new byte[64];
        while (true)
        {
            entries.Clear();
            entries.Add(new PollEntry { Descriptor = woken, Events = PollEntry.In });
            lock (s_children) entries.AddRange(s_children.Select(child => new PollEntry { Descriptor = child, Events = PollEntry.In }));
            Span<PollEntry> all = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(entries);
            if (Processes.Poll(all, -1) <= 0) continue;
            if (all[0].Returned != 0) Files.Read(woken, drained);
            foreach (PollEntry entry in all[1..])
            {
                if (entry.Returned == 0) continue;
                Processes.Reap(entry.Descriptor, wait: false);
                lock (s_children) s_children.Remove(entry.Descriptor);
                Files.Close(entry.Descriptor);
            }
        }
    }
}
