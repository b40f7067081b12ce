using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using PSContainer.Engine.Blobs;
using PSContainer.Engine.Builds.Context;
using PSContainer.Kernel;
using PSContainer.Kernel.Trees;

namespace PSContainer.Engine.Builds.Copy;

/// <summary>
/// What a COPY's sources are, as one digest: names, kinds, modes, owners, link targets, contents. Not their times: a checkout that is
/// made anew is still the same (docs.docker.com/build/cache/invalidation).
/// </summary>
internal sealed class ContentHash : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _buffer = new byte[1 << 17];

    /// <exception cref="KernelException"/>
    /// <exception cref="OperationCanceledException"/>
    public void Add(CopySource source, CancellationToken cancelled)
    {
        Add(source.Name);
        foreach (SourceEntry entry in source.Entries)
        {
            cancelled.ThrowIfCancellationRequested();
            Add(entry.Path.Span);
            Add(entry.Status.Mode);
            if (!source.Tree.IsContext)
            {
                Add(entry.Status.Uid);
                Add(entry.Status.Gid);
            }
            switch (entry.Status.Kind)
            {
                case FileKind.Regular: AddContent(source.Top, entry); break;
                case FileKind.Link: Add(SourceLink.Read(source.Top, entry.Path).Span); break;
                case FileKind.CharacterDevice or FileKind.BlockDevice:
                    Add(entry.Status.Special.Major);
                    Add(entry.Status.Special.Minor);
                    break;
            }
        }
    }

    public void Add(string text) => Add(Encoding.UTF8.GetBytes(text));

    public Digest Finish() => Digest.FromHash(_hash.GetHashAndReset());

    public void Dispose() => _hash.Dispose();

    private void AddContent(int top, SourceEntry entry)
    {
        int file = SourceTree.Open(top, entry.Path, OpenFlags.ReadOnly | OpenFlags.NonBlock);
        try
        {
            long length = 0;
            int count;
            while ((count = Files.Read(file, _buffer)) > 0)
            {
                _hash.AppendData(_buffer, 0, count);
                length += count;
            }
            if (count < 0) throw new KernelException("read", Syscall.Last, entry.Path.ToString());
            // Behind the content, whose length nobody knows before it is read.
            Add((ulong)length);
        }
        finally
        {
            Files.Close(file);
        }
    }

    // With its length, so that two neighbours can't trade bytes.
    private void Add(ReadOnlySpan<byte> bytes)
    {
        Add((ulong)bytes.Length);
        _hash.AppendData(bytes);
    }

    private void Add(ulong number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, number);
        _hash.AppendData(bytes);
    }
}

/// <summary>Where a link of a source leads to: bytes.</summary>
internal static class SourceLink
{
    /// <exception cref="KernelException"/>
    public static PathBytes Read(int top, PathBytes path)
    {
        const int longest = 4096;
        int link = SourceTree.Open(top, path, OpenFlags.Path);
        try
        {
            Span<byte> target = stackalloc byte[longest];
            int length = FolderCalls.ReadLink(link, "", target);
            return length >= 0 ? new PathBytes(target[..length]) : throw new KernelException("readlinkat", Syscall.Last, path.ToString());
        }
        finally
        {
            Files.Close(link);
        }
    }
}
