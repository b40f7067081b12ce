using System.Text;
using PSContainer.Engine.Plan;
using PSContainer.Kernel;

namespace PSContainer.Engine.Networks.Firewall;

/// <summary>One run of <c>nft -f -</c>, which goes on beside the caller until its end is asked for.</summary>
public sealed class NftCommand : IDisposable
{
    // Not $PATH: a caller's folder must not put another program in root's hands.
    private static readonly string[] s_places = ["/usr/sbin/nft", "/sbin/nft", "/usr/bin/nft", "/usr/local/sbin/nft", "/run/current-system/sw/bin/nft"];

    private readonly int _pidfd, _output;
    private bool _isReaped;

    private NftCommand(int pidfd, int output) => (_pidfd, _output) = (pidfd, output);

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

    /// <summary>What it prints about what there is; null where it fails.</summary>
    public static string? Read(params IReadOnlyList<string> arguments)
    {
        if (Find() is not { } program) return null;
        int nothing = Files.Open("/dev/null", OpenFlags.ReadWrite);
        (int output, int outputEnd) = Files.Pipe();
        try
        {
            (int pidfd, _) = Spawn.Start(program, ["nft", .. arguments], ["LC_ALL=C"], [nothing, outputEnd, nothing], ownSession: true);
            Files.Close(outputEnd);
            outputEnd = -1;
            using var command = new NftCommand(pidfd, output);
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

    /// <summary>Waits for its end: null where all was done, else what it said.</summary>
    public string? Finish()
    {
        (string said, bool isWell) = End();
        return isWell ? null : Argument.Printable(said.Split('\n')[0]);
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
        Files.Close(_pidfd);
        Files.Close(_output);
    }
}
