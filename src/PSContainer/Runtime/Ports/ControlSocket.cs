using PSContainer.Engine;
using PSContainer.Engine.Networks.Ports;
using PSContainer.Engine.Records;
using PSContainer.Kernel;

namespace PSContainer.Runtime.Ports;

/// <summary>Where a running container's supervisor is asked for changes: one request a connection, and one answer.</summary>
internal sealed class ControlSocket : IWatched, IDisposable
{
    private readonly Watch _watch;
    private readonly Func<ControlRequest, IReadOnlyList<PortBinding>> _handle;
    private readonly int _socket;
    private readonly HashSet<int> _asking = [];

    /// <param name="watch">Tells when somebody asks.</param>
    /// <param name="runFolder">Nobody but the owner can enter it, so whoever asks is the owner.</param>
    /// <param name="handle">Does what is asked, or throws an <see cref="EngineException"/>.</param>
    public ControlSocket(Watch watch, string runFolder, Func<ControlRequest, IReadOnlyList<PortBinding>> handle)
    {
        (_watch, _handle) = (watch, handle);
        _socket = Sockets.Listen(runFolder, ControlRequest.SocketName);
        _watch.Set(_socket, this, Epoll.In);
    }

    public void Ready(int descriptor, uint events)
    {
        if (descriptor == _socket)
        {
            int asking = Sockets.TryAccept(_socket);
            if (asking < 0) return;
            _asking.Add(asking);
            _watch.Set(asking, this, Epoll.In);
            return;
        }
        var buffer = new byte[ControlRequest.Longest];
        int count = Files.Read(descriptor, buffer);
        if (count < 0 && Syscall.Last == Errno.EAGAIN) return;
        if (count > 0) Files.Write(descriptor, Answer(buffer.AsMemory(0, count)));
        Forget(descriptor);
    }

    public void Dispose()
    {
        foreach (int asking in _asking.ToArray()) Forget(asking);
        _watch.Forget(_socket);
        Files.Close(_socket);
    }

    private byte[] Answer(ReadOnlyMemory<byte> request)
    {
        try
        {
            return ControlRequest.Answer(_handle(ControlRequest.Parse(request)));
        }
        catch (EngineException failure)
        {
            return EngineFailure.ToJson(failure);
        }
        catch (Exception failure) when (failure is KernelException or IOException or UnauthorizedAccessException)
        {
            return EngineFailure.ToJson(new EngineException("StepFailed", Reason.Failed, failure.Message, null, failure));
        }
    }

    private void Forget(int asking)
    {
        if (!_asking.Remove(asking)) return;
        _watch.Forget(asking);
        Files.Close(asking);
    }
}
