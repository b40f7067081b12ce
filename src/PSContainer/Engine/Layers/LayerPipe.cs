using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using PSContainer.Engine.Archives.Compression;
using PSContainer.Engine.Blobs;

namespace PSContainer.Engine.Layers;

/// <summary>
/// A layer's plain archive, read ahead: one thread decompresses, one hashes, and the reader makes files meanwhile. What lies between
/// them is a ring of blocks, so memory stays bounded however fast one of them is.
/// </summary>
internal sealed class LayerPipe : ForwardStream
{
    private const int BlockSize = 256 * 1024;
    private const int Blocks = 8;

    private readonly byte[][] _ring = new byte[Blocks][];
    private readonly int[] _lengths = new int[Blocks];
    private readonly object _gate = new();
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly BlobReading _blob;
    private readonly CancellationToken _cancellation;
    private readonly CancellationTokenRegistration _wake;
    private readonly Thread _filler, _hasher;

    // Blocks filled, hashed and read in all; each is written by one thread, under the gate.
    private long _filled, _hashed, _read;
    private int _offset;
    private bool _isWhole, _isStopped;
    private Exception? _failure;

    public LayerPipe(BlobReading blob, CancellationToken cancellation)
    {
        _blob = blob;
        _cancellation = cancellation;
        _wake = cancellation.Register(() => { lock (_gate) Monitor.PulseAll(_gate); });
        _filler = new Thread(Fill) { IsBackground = true, Name = "layer decompression" };
        _hasher = new Thread(Hash) { IsBackground = true, Name = "layer digest" };
        _filler.Start();
        _hasher.Start();
    }

    public override int Read(Span<byte> buffer)
    {
        lock (_gate)
        {
            while (_read == _filled && !_isWhole && _failure is null && !_cancellation.IsCancellationRequested) Monitor.Wait(_gate);
            _cancellation.ThrowIfCancellationRequested();
            if (_read == _filled)
            {
                if (_failure is not null) ExceptionDispatchInfo.Throw(_failure);
                return 0;
            }
        }
        int slot = (int)(_read % Blocks);
        int count = Math.Min(buffer.Length, _lengths[slot] - _offset);
        _ring[slot].AsSpan(_offset, count).CopyTo(buffer);
        _offset += count;
        if (_offset == _lengths[slot])
        {
            _offset = 0;
            Step(ref _read);
        }
        return count;
    }

    /// <summary>The digest of all that was read, once it was read to the end.</summary>
    public Digest FinishDigest()
    {
        _hasher.Join();
        if (_failure is not null) ExceptionDispatchInfo.Throw(_failure);
        return Digest.FromHash(_hash.GetHashAndReset());
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            lock (_gate)
            {
                _isStopped = true;
                Monitor.PulseAll(_gate);
            }
            _filler.Join();
            _hasher.Join();
            _wake.Dispose();
            _hash.Dispose();
        }
        base.Dispose(disposing);
    }

    private void Fill()
    {
        try
        {
            using Stream plain = Decompression.Open(_blob);
            while (TryWaitForRoom(out int slot))
            {
                int length = plain.ReadAtLeast(_ring[slot] ??= GC.AllocateUninitializedArray<byte>(BlockSize), BlockSize, throwOnEndOfStream: false);
                if (length == 0)
                {
                    // Before anybody hears that this was all: what stands behind the compressed data is part of the blob.
                    _blob.Finish();
                    lock (_gate)
                    {
                        _isWhole = true;
                        Monitor.PulseAll(_gate);
                    }
                    return;
                }
                _lengths[slot] = length;
                Step(ref _filled);
            }
        }
        catch (Exception failure)
        {
            lock (_gate)
            {
                _failure = failure is InvalidDataException ? Decompression.Invalid(failure.Message, failure) : failure;
                Monitor.PulseAll(_gate);
            }
        }
    }

    private void Hash()
    {
        while (true)
        {
            lock (_gate)
            {
                while (_hashed == _filled && !_isWhole && _failure is null && !_isStopped) Monitor.Wait(_gate);
                if (_hashed == _filled || _isStopped) return;
            }
            int slot = (int)(_hashed % Blocks);
            _hash.AppendData(_ring[slot], 0, _lengths[slot]);
            Step(ref _hashed);
        }
    }

    private bool TryWaitForRoom(out int slot)
    {
        lock (_gate)
        {
            while (_filled - Math.Min(_hashed, _read) == Blocks && !_isStopped) Monitor.Wait(_gate);
            slot = (int)(_filled % Blocks);
            return !_isStopped;
        }
    }

    private void Step(ref long count)
    {
        lock (_gate)
        {
            count++;
            Monitor.PulseAll(_gate);
        }
    }
}
