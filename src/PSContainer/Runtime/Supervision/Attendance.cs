using PSContainer.Kernel;
using PSContainer.Runtime.Child;
using PSContainer.Runtime.Ports;

namespace PSContainer.Runtime.Supervision;

/// <summary>The supervisor's whole life after the start: one poll loop over the process, its two pipes, its ports, and signals.</summary>
internal static class Attendance
{
    public static ProcessExit Wait(Born process, int signals, LogPump log, PublishedPorts ports)
    {
        Span<PollEntry> entries =
        [
            new() { Descriptor = process.Pidfd, Events = PollEntry.In },
            new() { Descriptor = signals, Events = PollEntry.In },
            new() { Descriptor = log.ReadOutput, Events = PollEntry.In },
            new() { Descriptor = log.ReadError, Events = PollEntry.In },
            new() { Descriptor = ports.Descriptor, Events = PollEntry.In },
        ];
        while (true)
        {
            if (Processes.Poll(entries, Sooner(ports.Timeout, log.Timeout)) < 0) continue;
            ports.Turn();
            if (entries[1].Returned != 0) Foreground.PassOn(signals, process);
            Drain(entries, log);
            log.Turn();
            if (entries[0].Returned == 0) continue;

            ProcessExit exit = Processes.Reap(process.Pidfd, wait: true) ?? new ProcessExit(255, false);
            // With its first process the whole pid namespace has ended, so what is in the pipes is all there will be.
            while (Processes.Poll(entries[2..4], 0) > 0) Drain(entries, log);
            log.Finish();
            return exit;
        }
    }

    // Of two of poll's timeouts, -1 among them.
    private static int Sooner(int one, int other) => one < 0 ? other : other < 0 ? one : Math.Min(one, other);

    private static void Drain(Span<PollEntry> entries, LogPump log)
    {
        if (entries[2].Returned != 0 && !log.Take(error: false)) entries[2] = new PollEntry { Descriptor = -1 };
        if (entries[3].Returned != 0 && !log.Take(error: true)) entries[3] = new PollEntry { Descriptor = -1 };
    }
}
