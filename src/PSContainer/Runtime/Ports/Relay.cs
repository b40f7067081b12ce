using PSContainer.Engine.Networks.Ports;
using PSContainer.Kernel;

namespace PSContainer.Runtime.Ports;

/// <summary>
/// Carries what arrives at the published ports' sockets to the container: ::1, which the kernel can't translate, and all of it
/// where this machine has no nft. One thread, nothing waits.
/// </summary>
internal sealed class Relay(Watch watch) : IDisposable
{
    private const int MostAtOnce = 4096;

    private readonly Dictionary<PortBinding, IDisposable> _ports = [];
    private readonly List<Action> _waiting = [];
    private int _atOnce;

    public Watch Watch { get; } = watch;

    /// <summary>For streams.</summary>
    public BufferStock Buffers { get; } = new();

    /// <summary>For datagrams, one for all: it holds nothing between two turns.</summary>
    public byte[] Buffer { get; } = GC.AllocateUninitializedArray<byte>(65536);

    /// <summary>Milliseconds after which <see cref="Expire"/> has something to do; -1 for never.</summary>
    public int Timeout => _ports.Values.Any(port => port is DatagramRelay { IsIdle: false }) ? DatagramRelay.Idle : -1;

    /// <param name="target">null where the container can't be reached: who asks is refused.</param>
    public void Add(PortListener listener, SocketName? target)
    {
        _ports[listener.Binding] = listener.Binding.Protocol == PortProtocol.Tcp
            ? new StreamRelay(this, listener.Socket, target)
            : new DatagramRelay(this, listener.Socket, target).Begin();
    }

    /// <summary>Carries no more for this port; connections that there are go on. The socket is the caller's to close.</summary>
    public void Remove(PortBinding binding)
    {
        if (_ports.Remove(binding, out IDisposable? port)) port.Dispose();
    }

    /// <summary>Lets go of UDP conversations that have fallen silent.</summary>
    public void Expire()
    {
        foreach (DatagramRelay port in _ports.Values.OfType<DatagramRelay>()) port.Expire();
    }

    /// <summary>Takes a place for one more conversation.</summary>
    public bool TryEnter()
    {
        if (_atOnce == MostAtOnce) return false;
        _atOnce++;
        return true;
    }

    /// <summary>Gives a place back, and tells those that wait for one.</summary>
    public void Leave()
    {
        _atOnce--;
        Action[] told = [.. _waiting];
        _waiting.Clear();
        foreach (Action tell in told) tell();
    }

    /// <summary>To be told when the next conversation ends: there is no place, or no descriptor, for another one.</summary>
    public void WaitForRoom(Action onRoom) => _waiting.Add(onRoom);

    public void Dispose()
    {
        foreach (IDisposable port in _ports.Values) port.Dispose();
        _ports.Clear();
        Buffers.Dispose();
    }
}
