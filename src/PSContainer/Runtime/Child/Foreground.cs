using PSContainer.Kernel;
using PSContainer.Runtime.Ports;

namespace PSContainer.Runtime.Child;

/// <summary>Stays in front of one process until it ends: passes signals on, and shows its terminal where it has one.</summary>
internal static class Foreground
{
    /// <summary>Waits for the end and returns how it was. Call <see cref="Prepare"/> before the process is made.</summary>
    public static ProcessExit Wait(Born process, int signals, PublishedPorts? ports = null)
    {
        using Terminal? raw = process.Master >= 0 ? Terminal.Raw(0) : null;
        Span<PollEntry> entries =
        [
            new() { Descriptor = process.Pidfd, Events = PollEntry.In },
            new() { Descriptor = signals, Events = PollEntry.In },
            new() { Descriptor = process.Master, Events = PollEntry.In },
            new() { Descriptor = process.Master >= 0 ? 0 : -1, Events = PollEntry.In },
            new() { Descriptor = ports?.Descriptor ?? -1, Events = PollEntry.In },
        ];
        Span<byte> buffer = stackalloc byte[16384];
        while (true)
        {
            if (Processes.Poll(entries, ports?.Timeout ?? -1) < 0) continue;
            ports?.Turn();
            if ((entries[1].Returned & PollEntry.In) != 0) PassOn(signals, process);
            if (entries[2].Returned != 0 && !Copy(process.Master, 1, buffer)) entries[2].Descriptor = -1;
            if (entries[3].Returned != 0 && !Copy(0, process.Master, buffer)) entries[3].Descriptor = -1;
            if (entries[0].Returned == 0) continue;

            // What it wrote last is still in the terminal.
            while (process.Master >= 0 && entries[2].Descriptor >= 0 && Processes.Poll(entries.Slice(2, 1), 0) > 0 && Copy(process.Master, 1, buffer)) { }
            return Processes.Reap(process.Pidfd, wait: true) ?? new ProcessExit(255, false);
        }
    }

    /// <summary>Takes the signals over that are to be passed on.</summary>
    public static int Prepare()
        => Signals.Listen(Signals.Hangup, Signals.Interrupt, Signals.Quit, Signals.User1, Signals.User2, Signals.Terminate, Signals.WindowChange);

    public static void PassOn(int signals, Born process)
    {
        Span<byte> arrived = stackalloc byte[16];
        int count = Files.Read(signals, arrived);
        for (int i = 0; i < count; i++)
        {
            if (arrived[i] != Signals.WindowChange) Processes.Signal(process.Pidfd, arrived[i]);
            else if (process.Master >= 0) Terminal.CopySize(0, process.Master);
        }
    }

    private static bool Copy(int from, int to, Span<byte> buffer)
    {
        int count = Files.Read(from, buffer);
        // EIO: the last process has closed the other side of the terminal.
        return count > 0 && Files.Write(to, buffer[..count]);
    }
}
