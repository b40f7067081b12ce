using PSContainer.Kernel;

namespace PSContainer.Engine.Networks.Firewall;

/// <summary>A change on its way: nft is started with it, and its end is asked for later.</summary>
public sealed class FirewallRun : IDisposable
{
    private readonly string _table, _text;
    private NftCommand? _command;
    private bool _makesTable;

    private FirewallRun(string table, string text) => (_table, _text) = (table, text);

    /// <summary>Starts a change to the table's elements; the table is made along with it where it is not there.</summary>
    /// <exception cref="EngineException">FirewallMissing, FirewallFailed.</exception>
    internal static FirewallRun Begin(string table, string change, bool isTableThere)
    {
        var run = new FirewallRun(table, change);
        run.Start(makesTable: !isTableThere);
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
            if (failure is null) return;
            bool tableCame = _makesTable && failure.Contains("File exists"), tableWent = !_makesTable && failure.Contains("No such file");
            if (!(tableCame || tableWent) || attempt == attempts) throw Describe(failure);
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
