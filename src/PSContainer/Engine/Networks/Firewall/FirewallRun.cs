using PSContainer.Kernel;

namespace PSContainer.Engine.Networks.Firewall;

/// <summary>A change on its way: nft is started with it, and its end is asked for later.</summary>
public sealed class FirewallRun : IDisposable
{
    private readonly string _table, _text;
    private readonly IReadOnlyList<string> _alone;
    private readonly bool _isRemoval;
    private NftCommand? _command;
    private bool _makesTable;

    private FirewallRun(string table, string text, IReadOnlyList<string> alone, bool isRemoval) => (_table, _text, _alone, _isRemoval) = (table, text, alone, isRemoval);

    /// <summary>Starts a change to the table's elements; the table is made along with it where it is not there.</summary>
    /// <exception cref="EngineException">FirewallMissing, FirewallFailed.</exception>
    internal static FirewallRun Begin(string table, FirewallChange change, bool isTableThere)
    {
        var run = new FirewallRun(table, change.ToString(), change.Alone, isRemoval: false);
        run.Start(makesTable: !isTableThere);
        return run;
    }

    /// <summary>Starts taking away what may be gone by then, with the whole table.</summary>
    /// <exception cref="EngineException">FirewallMissing, FirewallFailed.</exception>
    internal static FirewallRun BeginRemoval(string table, FirewallChange change) => BeginRemoval(table, change.ToString(), change.Alone);

    /// <summary>Starts taking away the table itself.</summary>
    /// <exception cref="EngineException">FirewallMissing, FirewallFailed.</exception>
    internal static FirewallRun BeginRemoval(string table) => BeginRemoval(table, FirewallTable.Removal(table), []);

    /// <summary>
    /// Waits until all of it stands. nft itself may need longer: the kernel lets it go when the memory of what it took away is free.
    /// <see cref="Dispose"/> waits for that; a process that ends now need not.
    /// </summary>
    /// <exception cref="EngineException">FirewallMissing, FirewallDenied, FirewallTooOld, FirewallFailed: then nothing of it is done.</exception>
    public void Finish()
    {
        // Another container may have made the table meanwhile, or the last one may have taken it away.
        const int attempts = 5;
        for (int attempt = 1; ; attempt++)
        {
            string? failure = _command!.Finish();
            if (failure is null) return;
            Dispose();
            if (_isRemoval && failure.Contains("No such file")) return;
            bool tableCame = _makesTable && failure.Contains("File exists"), tableWent = !_makesTable && failure.Contains("No such file");
            bool leadsElsewhere = !_makesTable && _alone.Count > 0 && failure.Contains("File exists");
            if (!(tableCame || tableWent || leadsElsewhere) || attempt == attempts) throw Describe(failure);
            if (leadsElsewhere) RunAlone();
            if (leadsElsewhere && _isRemoval) return;
            Start(makesTable: tableWent);
        }
    }

    public void Dispose()
    {
        _command?.Dispose();
        _command = null;
    }

    internal static EngineException Denied(Exception? cause)
        => new("FirewallDenied", Reason.NoPermission, "This process may not change the firewall: it lacks CAP_NET_ADMIN.", "Run as root with all rights (sudo pwsh), or use -Network None or Host.", cause);

    private static FirewallRun BeginRemoval(string table, string text, IReadOnlyList<string> alone)
    {
        var run = new FirewallRun(table, text, alone, isRemoval: true);
        run.Start(makesTable: false);
        return run;
    }

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

    // Some of them fail, and a transaction with a failure in it does nothing.
    private void RunAlone()
    {
        foreach (string text in _alone)
        {
            using NftCommand command = NftCommand.Start(text);
            command.Finish();
        }
    }

    private static EngineException Describe(string failure) => failure switch
    {
        _ when failure.Contains("Operation not permitted") => Denied(null),
        _ when failure.Contains("syntax error") || failure.Contains("Operation not supported") || failure.Contains("unknown identifier")
            => new("FirewallTooOld", Reason.NotSupported, $"nft or the kernel does not know what published ports need: {failure}", "nftables 0.9.4 and Linux 5.6 are the oldest that do; 'nft --version' and 'uname -r' tell yours."),
        _ => new("FirewallFailed", Reason.Failed, $"nft refused: {failure}", "'nft list ruleset' shows what is there; Repair-ContainerStorage clears what was left."),
    };
}
