using System.Text;
using PSContainer.Engine;
using PSContainer.Engine.Archives.Compression;
using PSContainer.Engine.Blobs;
using PSContainer.Engine.Layers;
using PSContainer.Engine.Records;
using PSContainer.Kernel;
using PSContainer.Tests.System.Lane;

namespace PSContainer.Tests.System.Images;

/// <summary>A layer is in the store whole and right, or not at all.</summary>
public sealed class LayerStoreTests : IDisposable
{
    private readonly LayerFolder _folder = new();

    private LayerStore Store => _folder.Store;

    public void Dispose() => _folder.Dispose();

    private static byte[] Sample(string content = "content") => new LayerTar().Folder("d").File("d/f", content).End();

    private static Descriptor Blob(byte[] bytes) => Descriptor.Of(MediaType.LayerGzip, bytes);

    private Layer Unpack(byte[] blob, byte[] archive) => Store.Unpack(new MemoryStream(blob), Blob(blob), Digest.Of(archive));

    [SystemFact]
    public void A_layer_is_found_as_it_was_unpacked()
    {
        byte[] archive = Sample(), blob = LayerTar.Gzip(archive);
        Layer layer = Unpack(blob, archive);
        Assert.Equal((Digest.Of(archive), Store.FolderOf(layer.DiffId), 7L, 2), (layer.DiffId, layer.Folder, layer.Size, layer.Entries));
        Assert.Equal(layer, Store.Find(layer.DiffId));
        Assert.True(Store.Has(layer.DiffId));
        Assert.Equal([layer.DiffId], Store.All());
        Assert.Equal("content", File.ReadAllText(Path.Combine(layer.Folder, "d/f")));
        Assert.Equal(7, Store.Remove(layer.DiffId));
        Assert.Equal(0, Store.Remove(layer.DiffId));
        Assert.Null(Store.Find(layer.DiffId));
        Assert.Empty(_folder.Homes());
    }

    [SystemFact]
    public void Nobody_else_reaches_the_files_of_layers()
    {
        Unpack(Sample(), Sample());
        Assert.Equal(0x1C0u, FileStatus.Of(Files.AtFdcwd, _folder.Root.Layers).Permissions);
    }

    [SystemFact]
    public void What_is_there_is_not_unpacked_again()
    {
        byte[] archive = Sample();
        Unpack(archive, archive);
        Assert.Equal(2, Store.Unpack(new BrokenStream(), Blob(archive), Digest.Of(archive)).Entries);
    }

    [SystemFact]
    public void Compression_is_told_by_the_bytes()
    {
        byte[] archive = Sample();
        byte[][] blobs = [archive, LayerTar.Gzip(archive), LayerTar.Gzip(archive[..700], archive[700..], []), [.. archive, .. new byte[100_000]]];
        foreach (byte[] blob in blobs)
        {
            byte[] plain = blob.Length > 100_000 ? blob : archive;
            Layer layer = Unpack(blob, plain);
            Assert.Equal(Digest.Of(plain), layer.DiffId);
            Store.Remove(layer.DiffId);
        }
        foreach (byte[] head in (byte[][])[[.. "BZh91AY"u8], [0xFD, .. "7zXZ"u8, 0, 0]]) Refusal.Of("CompressionNotSupported", () => Unpack(head, archive));
        Assert.Empty(_folder.Homes());
    }

    [SystemFact("zstd")]
    public void Zstd_is_taken_frame_by_frame_and_a_cut_one_is_not()
    {
        string archive = Path.Combine(Machine.NewFolder(), "a.tar"), folder = Path.GetDirectoryName(archive)!;
        File.WriteAllBytes(archive, new LayerTar().File("f", string.Concat(Enumerable.Range(0, 200_000))).End());
        byte[] plain = File.ReadAllBytes(archive);
        Assert.Equal(0, Outcome.Of("zstd", "-q", archive).Code);
        byte[] blob = File.ReadAllBytes(archive + ".zst");
        Store.Remove(Unpack(blob, plain).DiffId);
        byte[] twice = [.. blob, .. blob];
        Store.Remove(Unpack(twice, [.. plain, .. plain]).DiffId);
        Refusal.Of("CompressionInvalid", () => Unpack(blob[..^5], plain));
        byte[] damaged = [.. blob];
        damaged[blob.Length / 2] ^= 0xFF;
        Refusal.Of("CompressionInvalid", () => Unpack(damaged, plain));
        Assert.Empty(_folder.Homes());
        Directory.Delete(folder, recursive: true);
    }

    [SystemFact]
    public void What_is_not_what_was_announced_is_refused_and_leaves_nothing()
    {
        byte[] archive = Sample(), blob = LayerTar.Gzip(archive), other = Sample("another");
        Refusal.Of("BlobCorrupt", () => Store.Unpack(new MemoryStream(blob), Blob(blob) with { Digest = Digest.Of(other) }, Digest.Of(archive)));
        Refusal.Of("BlobCorrupt", () => Store.Unpack(new MemoryStream(blob), Blob(blob) with { Size = blob.Length + 1 }, Digest.Of(archive)));
        Refusal.Of("BlobCorrupt", () => Store.Unpack(new MemoryStream(blob), Blob(blob) with { Size = blob.Length - 1 }, Digest.Of(archive)));
        Refusal.Of("BlobCorrupt", () => Store.Unpack(new MemoryStream([.. blob, 1, 2, 3]), Blob(blob), Digest.Of(archive)));
        Refusal.Of("LayerCorrupt", () => Unpack(blob, other));
        Assert.Empty(_folder.Homes());
    }

    [SystemTheory]
    [InlineData(3)]
    [InlineData(20)]
    [InlineData(100)]
    [InlineData(-9)]
    [InlineData(-1)]
    public void A_truncated_blob_is_refused_whoever_knows_its_digest(int length)
    {
        byte[] archive = new LayerTar().File("f", string.Concat(Enumerable.Range(0, 10_000))).Cut(), blob = LayerTar.Gzip(new LayerTar().File("f", string.Concat(Enumerable.Range(0, 10_000))).End());
        byte[] cut = length < 0 ? blob[..^-length] : blob[..length];
        foreach (Action unpack in (Action[])[() => Unpack(cut, archive), () => Store.Unpack(new MemoryStream(cut), Blob(blob), null)]) Assert.Throws<EngineException>(unpack);
        Refusal.Of("ArchiveTruncated", () => Store.Unpack(new MemoryStream(archive), null, null));
        Assert.Empty(_folder.Homes());
    }

    [SystemFact]
    public void A_bomb_meets_its_bounds()
    {
        byte[] header = new LayerTar().File("bomb").Cut();
        // Four gigabytes in a header, in base 256, and nothing behind it.
        byte[] claimed = [.. header];
        ((byte[])[0x80, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]).CopyTo(claimed, 124);
        Sum(claimed);
        Refusal.Of("ArchiveTruncated", () => Unpack(LayerTar.Gzip(claimed), claimed));
        // More than any disk has.
        ((byte[])[0x80, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0]).CopyTo(claimed, 124);
        Sum(claimed);
        Refusal.Of("StorageFull", () => Unpack(LayerTar.Gzip(claimed), claimed));
        Assert.Empty(_folder.Homes());
    }

    [SystemFact]
    public void A_disk_that_is_too_small_or_fills_up_is_told_and_nothing_is_left()
    {
        string disk = Machine.NewFolder();
        Assert.Equal(0, Outcome.Of("mount", "-t", "tmpfs", "-o", "size=2m,nr_inodes=200", "tmpfs", disk).Code);
        try
        {
            using var small = new LayerFolder(Path.Combine(disk, "store"));
            Refusal.Of("StorageFull", () => small.Unpack(new LayerTar().File("large", new string('x', 3 << 20))));
            var many = new LayerTar();
            for (int i = 0; i < 1000; i++) many.File($"f{i}");
            Refusal.Of("StorageFull", () => small.Unpack(many));
            // In the middle: what was booked is more than pages that were rounded up can take.
            var rounded = new LayerTar();
            for (int i = 0; i < 150; i++) rounded.File($"f{i}", new string('x', 8193));
            File.WriteAllBytes(Path.Combine(disk, "other"), new byte[1 << 20]);
            Refusal.Of("StorageFull", () => small.Unpack(rounded));
            Assert.Empty(small.Homes());
            Assert.Empty(Directory.GetFiles(disk, "f*", SearchOption.AllDirectories));
        }
        finally
        {
            Assert.Equal(0, Outcome.Of("umount", disk).Code);
            Directory.Delete(disk);
        }
    }

    [SystemFact]
    public void Of_many_who_bring_a_layer_at_once_one_unpacks_it()
    {
        byte[] archive = new LayerTar().File("f", string.Concat(Enumerable.Range(0, 100_000))).End(), blob = LayerTar.Gzip(archive);
        var streams = Enumerable.Range(0, 12).Select(_ => new CountingStream(blob)).ToArray();
        Layer[] layers = AtOnce.Do(12, i => Store.Unpack(streams[i], Blob(blob), i % 3 == 0 ? null : Digest.Of(archive)));
        Assert.Single(layers.Distinct());
        // Those that know no digest can't know either that it is there; of the others, none may have been first.
        Assert.True(streams.Where((stream, i) => i % 3 != 0).Count(stream => stream.Count > 0) <= 1);
        Assert.Equal([layers[0].DiffId.Hex], _folder.Homes());
    }

    [SystemFact]
    public void What_a_killed_unpacker_left_is_cleared_and_what_a_living_one_does_is_not()
    {
        byte[] archive = Sample();
        Directory.CreateDirectory(_folder.Root.Layers);
        string dead = Path.Combine(_folder.Root.Layers, Digest.Of(archive).Hex + ".part"), another = Path.Combine(_folder.Root.Layers, "random.part"), alive = Path.Combine(_folder.Root.Layers, "alive.part");
        foreach (string folder in (string[])[dead, another, alive])
        {
            Directory.CreateDirectory(Path.Combine(folder, "layer/fs/some/where"));
            File.WriteAllText(Path.Combine(folder, "layer/fs/some/where/half"), "x");
        }
        using (FileLock.Take(Path.Combine(alive, "lock")))
        {
            Unpack(archive, archive);
            Assert.Equal([Digest.Of(archive).Hex, "alive.part"], _folder.Homes().ToHashSet());
            Assert.True(File.Exists(Path.Combine(alive, "layer/fs/some/where/half")));
        }
        Assert.Equal(1, Store.ClearLeftovers());
        Assert.Equal([Digest.Of(archive).Hex], _folder.Homes());
    }

    [SystemFact]
    public void Cancelled_in_the_middle_it_leaves_nothing()
    {
        using var cancellation = new CancellationTokenSource();
        var tar = new LayerTar();
        for (int i = 0; i < 20; i++) tar.File($"f{i}", new string('x', 1 << 20));
        byte[] archive = tar.End();
        var progress = new Telling(told => { if (told.Done > archive.Length / 2) cancellation.Cancel(); });
        Assert.ThrowsAny<OperationCanceledException>(() => Store.Unpack(new MemoryStream(archive), Blob(archive), Digest.Of(archive), progress, cancellation.Token));
        Assert.Empty(_folder.Homes());
        Assert.ThrowsAny<OperationCanceledException>(() => Store.Unpack(new MemoryStream(archive), Blob(archive), Digest.Of(archive), null, new CancellationToken(true)));
    }

    [SystemFact]
    public void Progress_ends_with_the_whole_blob()
    {
        byte[] archive = new LayerTar().File("f", new string('x', 3 << 20)).End();
        var told = new List<LayerProgress>();
        Store.Unpack(new MemoryStream(archive), Blob(archive), Digest.Of(archive), new Telling(told.Add));
        Assert.Equal(new LayerProgress(Digest.Of(archive), archive.Length, archive.Length), told[^1]);
        Assert.True(told.Count > 2);
        Assert.Equal(told.OrderBy(one => one.Done), told);
    }

    [SystemFact]
    public void A_stream_that_fails_is_its_own_error_and_leaves_nothing()
    {
        Assert.Throws<IOException>(() => Store.Unpack(new BrokenStream(), null, null));
        Assert.Empty(_folder.Homes());
    }

    private static void Sum(byte[] header)
    {
        Encoding.ASCII.GetBytes("        ").CopyTo(header, 148);
        Encoding.ASCII.GetBytes(Convert.ToString(header.Take(512).Sum(value => value), 8).PadLeft(6, '0') + "\0 ").CopyTo(header, 148);
    }

    private sealed class Telling(Action<LayerProgress> tell) : IProgress<LayerProgress>
    {
        public void Report(LayerProgress value) => tell(value);
    }

    private sealed class CountingStream(byte[] bytes) : ForwardStream
    {
        public int Count { get; private set; }

        public override int Read(Span<byte> buffer)
        {
            int step = Math.Min(buffer.Length, bytes.Length - Count);
            bytes.AsSpan(Count, step).CopyTo(buffer);
            Count += step;
            return step;
        }
    }

    private sealed class BrokenStream : ForwardStream
    {
        public override int Read(Span<byte> buffer) => throw new IOException("The line is dead.");
    }
}
