using PSContainer.Kernel;

namespace PSContainer.Runtime.Ports;

/// <summary>What has come from one socket and is to go to another. It takes no more before all of it has gone.</summary>
internal abstract class StreamBuffer : IDisposable
{
    /// <summary>Bytes that it has still to give.</summary>
    public int Count { get; private set; }

    /// <summary>A pipe, through which bytes go without being copied; null where there is no descriptor for one.</summary>
    public static StreamBuffer? TryOpenPipe() => Splice.TryOpenPipe(PipeBuffer.Size, out int read, out int write) ? new PipeBuffer(read, write) : null;

    /// <summary>Memory of this process, which is always to be had.</summary>
    public static StreamBuffer NewMemory() => new MemoryBuffer();

    /// <summary>Takes what the socket has: how many bytes; 0 at its end; -1 with the error in <see cref="Syscall.Last"/>.</summary>
    public int Take(int socket)
    {
        int count = TakeFrom(socket);
        Count = Math.Max(count, 0);
        return count;
    }

    /// <summary>Gives what the socket has room for: how many bytes, or -1 with the error in <see cref="Syscall.Last"/>.</summary>
    public int Give(int socket)
    {
        int count = GiveTo(socket);
        Count -= Math.Max(count, 0);
        return count;
    }

    public abstract bool IsPipe { get; }

    public abstract void Dispose();

    protected abstract int TakeFrom(int socket);

    protected abstract int GiveTo(int socket);

    private sealed class PipeBuffer(int read, int write) : StreamBuffer
    {
        public const int Size = 1 << 20;

        public override bool IsPipe => true;

        public override void Dispose()
        {
            Files.Close(read);
            Files.Close(write);
        }

        protected override int TakeFrom(int socket) => Splice.TryMove(socket, write, Size);

        protected override int GiveTo(int socket) => Splice.TryMove(read, socket, Count);
    }

    private sealed class MemoryBuffer : StreamBuffer
    {
        private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(65536);
        private int _end;

        public override bool IsPipe => false;

        public override void Dispose() { }

        protected override int TakeFrom(int socket) => _end = Files.Read(socket, _bytes);

        protected override int GiveTo(int socket) => InternetSockets.TrySend(socket, _bytes.AsSpan(_end - Count, Count));
    }
}
