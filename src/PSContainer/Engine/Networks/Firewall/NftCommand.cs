using System.Text;
using PSContainer.Engine.Plan;
using PSContainer.Kernel;

namespace PSContainer.Engine.Networks.Firewall;

/// <summary>One run of <c>nft -f -</c>, which goes on beside the caller until its end is asked for.</summary>
public sealed class NftCommand : IDisposable
{
    // Not $PATH: a caller's folder must not put another program in root's hands.
    private static readonly string[] s_places = ["/usr/sbin/nft", "/sbin/nft", "/usr/bin/nft", "/usr/local/sbin/nft", "/run/current-system/sw/bin/nft"];

    private readonly int _pidfd, _error;
    private bool _isReaped;

    private NftCommand(int pidfd, int error) => (_pidfd, _error) = (pidfd, error);

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
        try
        {
            nothing = Files.Open("/dev/null", OpenFlags.WriteOnly);
            Files.Rewind(input);
            (int pidfd, _) = Spawn.Start(program, ["nft", "-f", "-"], ["LC_ALL=C"], [input, nothing, errorEnd], ownSession: true);
            return new NftCommand(pidfd, error);
        }
        catch
        {
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

    /// <summary>Waits for its end: null where all was done, else what it said.</summary>
    public string? Finish()
    {
        const int kept = 4096;
        var said = new StringBuilder();
        Span<byte> buffer = stackalloc byte[1024];
        int count;
        while ((count = Files.Read(_error, buffer)) > 0)
            if (said.Length < kept) said.Append(Encoding.UTF8.GetString(buffer[..count]));
        ProcessExit? exit = Processes.Reap(_pidfd, wait: true);
        _isReaped = true;
        return exit is { Code: 0, Signalled: false } ? null : Argument.Printable(said.ToString().Split('\n')[0]);
    }

    public void Dispose()
    {
        // It was started, so it ends by itself; but somebody must take it out of the process table.
        if (!_isReaped) Processes.Reap(_pidfd, wait: true);
        Files.Close(_pidfd);
        Files.Close(_error);
    }
}
