using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using PSContainer.Engine.Records;
using PSContainer.Kernel;

namespace PSContainer.Engine.Blobs;

/// <summary>
/// A blob on its way into the store. It is hashed as it is written, and takes its name only in <see cref="Finish()"/>, if it is what it should be.
/// Where it is disposed of before that, a known blob's bytes stay for the next attempt, and an unknown one's go.
/// </summary>
public sealed class BlobIngest : Stream
{
    private readonly string _path;
    private readonly FileLock _held;
    private readonly FileStream? _file;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly Descriptor? _expected;
    private readonly Func<Digest, string> _place;
    private bool _isFinished;

    private BlobIngest(string path, FileLock held, Descriptor? expected, Func<Digest, string> place)
    {
        _path = path;
        _held = held;
        _expected = expected;
        _place = place;
        bool isThere = expected is { } blob && new FileInfo(place(blob.Digest)) is { Exists: true } file && file.Length == blob.Size;
        // Opened past File.Open, which would take a flock(2) of its own and stumble over ours.
        if (!isThere) _file = new FileStream(new SafeFileHandle(Files.Open(path, OpenFlags.ReadWrite | OpenFlags.Create, 0x1A4), ownsHandle: true), FileAccess.ReadWrite, bufferSize: 0);
    }

    /// <summary>Bytes that are here; an attempt to go on begins with this one.</summary>
    public override long Length => Position;

    /// <summary>What has gone into it, hashed.</summary>
    public override long Position { get; set; }

    /// <summary>Somebody else has brought it meanwhile: there is nothing to write, and what is written goes nowhere.</summary>
    public bool IsThere => _file is null;

    /// <summary>Reads what has been written, while more comes.</summary>
    /// <exception cref="KernelException"/>
    public FileStream OpenWritten() => new(new SafeFileHandle(Files.Open(_path, OpenFlags.ReadOnly), ownsHandle: true), FileAccess.Read, bufferSize: 0);

    internal static BlobIngest Known(string path, Descriptor blob, Func<Digest, string> place, CancellationToken cancel)
    {
        while (true)
        {
            FileLock held = FileLock.Take(path, cancel);
            var ingest = new BlobIngest(path, held, blob, place);
            // Whoever held the lock before has renamed the file: the lock is on a finished blob, and this path may be another's.
            if (!ingest.IsThere && !held.IsAt(path))
            {
                ingest.Dispose();
                continue;
            }
            if (!ingest.IsThere) ingest.TakeUp();
            return ingest;
        }
    }

    internal static BlobIngest Unknown(string path, Func<Digest, string> place) => new(path, FileLock.Take(path), null, place);

    /// <summary>What was there is no beginning of what comes: from the start again.</summary>
    public void StartOver()
    {
        _file?.SetLength(0);
        _file?.Seek(0, SeekOrigin.Begin);
        _hash.GetHashAndReset();
        Position = 0;
    }

    /// <exception cref="EngineException">BlobCorrupt (more than was announced), StorageFull.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (_file is null) return;
        if (_expected is { } blob && Position + buffer.Length > blob.Size)
        {
            StartOver();
            throw BlobStore.Corrupt(blob, $"it has more than the {blob.Size} bytes that were announced");
        }
        try
        {
            _file.Write(buffer);
        }
        catch (IOException full) when ((Errno)full.HResult is Errno.ENOSPC or Errno.EDQUOT)
        {
            throw StorageFull.Error($"{_expected?.Digest.ToString() ?? "a layer"} does not fit", full);
        }
        _hash.AppendData(buffer);
        Position += buffer.Length;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <summary>Checks it and gives it its name.</summary>
    /// <exception cref="EngineException">BlobCorrupt: nothing is kept.</exception>
    public Digest Finish()
    {
        if (_file is null) return _expected!.Digest;
        var found = Digest.FromHash(_hash.GetCurrentHash());
        if (_expected is { } blob && (Position != blob.Size || found != blob.Digest))
        {
            long length = Position;
            StartOver();
            throw BlobStore.Corrupt(blob, length != blob.Size ? $"it has {length} bytes, not {blob.Size}" : $"its digest is {found}");
        }
        File.Move(_path, _place(found), overwrite: true);
        _isFinished = true;
        return found;
    }

    // Bytes of an earlier attempt are hashed, so that the whole is still checked.
    private void TakeUp()
    {
        if (_file!.Length > _expected!.Size) _file.SetLength(0);
        byte[] buffer = new byte[1 << 17];
        for (int read; (read = _file.Read(buffer)) > 0; Position += read) _hash.AppendData(buffer, 0, read);
    }

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override void Flush() => _file?.Flush();
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            bool worthless = !_isFinished && (_expected is null || Position == 0 || IsThere);
            if (worthless && _held.IsAt(_path)) File.Delete(_path);
            _file?.Dispose();
            _hash.Dispose();
            _held.Dispose();
        }
        base.Dispose(disposing);
    }
}
