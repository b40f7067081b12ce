using PSContainer.Kernel;

namespace PSContainer.Engine.Networks.Firewall;

/// <summary>A change on its way: nft is started with it, and its end is asked for later.</summary>
public sealed class FirewallRun : IDisposable
{
    private readonly string _table, _text;
    private readonly IReadOnlyList<string> _stale;
    private readonly bool _isRemoval;
    private NftCommand? _command;
    private bool _makesTable;

    private FirewallRun(string table, string text, IReadOnlyList<string> stale, bool isRemoval) => (_table, _text, _stale, _isRemoval) = (table, text, stale, isRemoval);

    /// <summary>Starts a change to the table's elements; the table is made along with it where it is not there.</summary>
    /// <exception cref="EngineException">FirewallMissing, FirewallFailed.</exception>
    internal static FirewallRun Begin(string table, string change, IReadOnlyList<string> stale, bool isTableThere)
    {
        var run = new FirewallRun(table, change, stale, isRemoval: false);
        run.Start(makesTable: !isTableThere);
        return run;
    }

    /// <summary>Starts taking away what may be gone by then, with the whole table.</summary>
    /// <exception cref="EngineException">FirewallMissing, FirewallFailed.</exception>
    internal static FirewallRun BeginRemoval(string table, string change)
    {
        var run = new FirewallRun(table, change, [], isRemoval: true);
        run.Start(makesTable: false);
        return run;
    }

    /// <summary>Waits until all of it is done.</summary>
    /// <exception cref="EngineException">FirewallMissing, FirewallDenied, FirewallTooOld, FirewallFailed: then nothing of it is done.</exception>
    public void Finish()
    {
        // Another container may have made the table meanwhile, or the last one may have taken it away.
        const int attempts = 5;
        for (int attempt = 1; ; attempt++)
        {
            string? failure = End();
            if (failure is null || _isRemoval && failure.Contains("No such file")) return;
            if (_isRemoval && failure.Contains("File exists"))
            {
                RemoveWhatIsOurs();
                return;
            }
            bool tableCame = _makesTable && failure.Contains("File exists"), tableWent = !_makesTable && failure.Contains("No such file");
            bool isTaken = !_makesTable && _stale.Count > 0 && failure.Contains("File exists");
            if (!(tableCame || tableWent || isTaken) || attempt == attempts) throw Describe(failure);
            if (isTaken) ClearStale();
            Start(makesTable: tableWent);
        }
    }

    public void Dispose() => _command?.Dispose();

    internal static EngineException Denied(Exception? cause)
        => new("FirewallDenied", Reason.NoPermission, "This process may not change the firewall: it lacks CAP_NET_ADMIN.", "Run as root with all rights (sudo pwsh), or use -Network None or Host.", cause);

    private void Start(bool makesTable)
    {
        _makesTable = makesTable;
        try
        {
            _command = NftCommand.Start(makesTable ? FirewallTable.Creation(_table) + _text : _text);
        }
        catch (KernelException failure)
        {
            throw new EngineException("FirewallFailed", Reason.Failed, $"nft can't be started: {failure.Message}", null, failure);
        }
    }

    // One at a time: most are not there, and a transaction with a failure in it does nothing.
    private void ClearStale()
    {
        foreach (string deletion in _stale)
        {
            using NftCommand command = NftCommand.Start(deletion);
            command.Finish();
        }
    }

    // An element leads elsewhere by now: its port is another container's, and stays. All the others go, each by itself.
    private void RemoveWhatIsOurs()
    {
        string[] lines = _text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        foreach (string[] addAndDelete in lines.Chunk(2))
        {
            using NftCommand command = NftCommand.Start(string.Join('\n', addAndDelete) + "\n");
            command.Finish();
        }
    }

    private string? End()
    {
        using NftCommand command = _command!;
        _command = null;
        return command.Finish();
    }

    private static EngineException Describe(string failure) => failure switch
    {
        _ when failure.Contains("Operation not permitted") => Denied(null),
        _ when failure.Contains("syntax error") || failure.Contains("Operation not supported") || failure.Contains("unknown identifier")
            => new("FirewallTooOld", Reason.NotSupported, $"nft or the kernel does not know what published ports need: {failure}", "nftables 0.9.4 and Linux 5.6 are the oldest that do; 'nft --version' and 'uname -r' tell yours."),
        _ => new("FirewallFailed", Reason.Failed, $"nft refused: {failure}", "'nft list ruleset' shows what is there; Repair-ContainerStorage clears what was left."),
    };
}
