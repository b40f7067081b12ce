using PSContainer.Engine.Networks.Firewall;

namespace PSContainer.Engine.Networks.Ports;

/// <summary>The ports of a container that has ended, while they are taken out of the firewall.</summary>
public sealed class PortRelease : IDisposable
{
    private readonly PortState _state;
    private readonly FirewallRun? _run;

    internal PortRelease(PortState state, FirewallRun? run) => (_state, _run) = (state, run);

    /// <summary>Waits until nothing leads to the container any more.</summary>
    /// <exception cref="EngineException"><see cref="FirewallRun.Finish"/></exception>
    public void Finish()
    {
        _run?.Finish();
        PortFlows.Forget(_state.Bindings, _state.Address4, _state.Address6);
    }

    /// <summary>Waits for nft, which may need longer; a process that ends now need not.</summary>
    public void Dispose() => _run?.Dispose();
}
