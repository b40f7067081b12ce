using System.Text;
using PSContainer.Engine.Text;
using PSContainer.Kernel;
using PSContainer.Kernel.Netlink;

namespace PSContainer.Engine.Networks.Firewall;

/// <summary>One run of <c>nft -f -</c>, which goes on beside the caller until its end is asked for.</summary>
public sealed class NftCommand : IDisposable
{
    // Not $PATH: a caller's folder must not put another program in root's hands.
    private static readonly string[] s_places = ["/usr/sbin/nft", "/sbin/nft", "/usr/bin/nft", "/usr/local/sbin/nft", "/run/current-system/sw/bin/nft"];

    private readonly int _pid, _pidfd, _output;
    private readonly NfTablesNews? _news;
    private bool _isReaped;

    private NftCommand((int Pidfd, int Pid) process, int output, NfTablesNews? news) => (_pidfd, _pid, _output, _news) = (process.Pidfd, process.Pid, output, news);

    /// <summary>Where nft lies; null where it is not installed, or may not be run.</summary>
    public static string? Find() => s_places.FirstOrDefault(Files.IsExecutable);

    /// <param name="consequence">What can't be done without it.</param>
    public static EngineException Missing(string consequence)
        => new("FirewallMissing", Reason.NotSupported, "nft is not installed: " + consequence, "Install it (Debian: apt install nftables).");

    /// <summary>Starts it on a text of commands.</summary>
    /// <exception cref="EngineException">FirewallMissing.</exception>
    /// <exception cref="KernelException"/>
    public static NftCommand Start(string text)
    {
        string program = Find() ?? throw Missing("this machine's firewall can't be told of networks and ports.");
        int input = MemoryFile.Sealed("nft", Encoding.ASCII.GetBytes(text));
        int nothing = -1;
        (int error, int errorEnd) = Files.Pipe();
        NfTablesNews? news = null;
        try
        {
            nothing = Files.Open("/dev/null", OpenFlags.WriteOnly);
            Files.Rewind(input);
            news = NfTablesNews.TryOpen();
            // nft gets the news as well, unasked: whoever closes such a socket last waits for the memory of what was deleted, which nft does anyway.
            int[] descriptors = news is null ? [input, nothing, errorEnd] : [input, nothing, errorEnd, news.Descriptor];
            return new NftCommand(Spawn.Start(program, ["nft", "-f", "-"], ["LC_ALL=C"], descriptors, ownSession: true), error, news);
        }
        catch
        {
            news?.Dispose();
            Files.Close(error);
            throw;
        }
        finally
        {
            Files.Close(input);
            Files.Close(errorEnd);
            if (nothing >= 0) Files.Close(nothing);
        }
    }

    /// <summary>What it prints about what there is; null where it fails.</summary>
    public static string? Read(params IReadOnlyList<string> arguments)
    {
        if (Find() is not { } program) return null;
        int nothing = Files.Open("/dev/null", OpenFlags.ReadWrite);
        (int output, int outputEnd) = Files.Pipe();
        try
        {
            (int Pidfd, int Pid) process = Spawn.Start(program, ["nft", .. arguments], ["LC_ALL=C"], [nothing, outputEnd, nothing], ownSession: true);
            Files.Close(outputEnd);
            outputEnd = -1;
            using var command = new NftCommand(process, output, news: null);
            output = -1;
            (string said, bool isWell) = command.End();
            return isWell ? said : null;
        }
        finally
        {
            foreach (int descriptor in (int[])[nothing, output, outputEnd])
                if (descriptor >= 0) Files.Close(descriptor);
        }
    }

    /// <summary>
    /// Waits until all was done, or nothing: null, or what it said. It may not have ended by then; <see cref="Dispose"/> waits for that.
    /// </summary>
    public string? Finish()
    {
        if (IsDone()) return null;
        (string said, bool isWell) = End();
        return isWell ? null : Printable.Of(said.Split('\n')[0]);
    }

    // True once the kernel tells so; false as soon as the program says something, or ends.
    private bool IsDone()
    {
        if (_news is null) return false;
        Span<PollEntry> entries = [new() { Descriptor = _news.Descriptor, Events = PollEntry.In }, new() { Descriptor = _output, Events = PollEntry.In }];
        try
        {
            while (true)
            {
                if (Processes.Poll(entries, -1) < 0) continue;
                if (entries[0].Returned != 0 && _news.TellsOf(_pid)) return true;
                if (entries[1].Returned != 0) return false;
            }
        }
        catch (KernelException)
        {
            // So much happened that some of the news is lost: its end will tell.
            return false;
        }
    }

    private (string Said, bool IsWell) End()
    {
        const int kept = 65536;
        var said = new StringBuilder();
        Span<byte> buffer = stackalloc byte[1024];
        int count;
        while ((count = Files.Read(_output, buffer)) > 0)
            if (said.Length < kept) said.Append(Encoding.UTF8.GetString(buffer[..count]));
        ProcessExit? exit = Processes.Reap(_pidfd, wait: true);
        _isReaped = true;
        return (said.ToString(), exit is { Code: 0, Signalled: false });
    }

    public void Dispose()
    {
        // It was started, so it ends by itself; but somebody must take it out of the process table.
        if (!_isReaped) Processes.Reap(_pidfd, wait: true);
        _news?.Dispose();
        Files.Close(_pidfd);
        Files.Close(_output);
    }
}
