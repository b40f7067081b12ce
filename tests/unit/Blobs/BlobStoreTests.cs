using PSContainer.Engine.Blobs;
using PSContainer.Tests.Unit.Cgroups;

namespace PSContainer.Tests.Unit.Blobs;

/// <summary>Blobs on their way into the layout, whole and broken, resumed and at once.</summary>
public sealed class BlobStoreTests : IDisposable
{
    private static readonly byte[] s_content = [.. Enumerable.Range(0, 300_000).Select(i => (byte)(i * 7))];
    private static readonly Descriptor s_blob = Descriptor.Of(MediaType.Layer, s_content);

    private readonly string _folder = Directory.CreateTempSubdirectory("pscontainer-test-").FullName;

    private BlobStore Blobs => new(_folder);

    private string[] Ingest => Directory.Exists(_folder + "/ingest") ? Directory.GetFiles(_folder + "/ingest") : [];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_blob_has_its_name_only_when_it_is_whole()
    {
        using (BlobIngest ingest = Blobs.Bring(s_blob))
        {
            ingest.Write(s_content);
            Assert.False(Blobs.Has(s_blob));
            Assert.Equal(s_blob.Digest, ingest.Finish());
        }
        Assert.True(Blobs.Has(s_blob));
        Assert.Equal(s_content, Blobs.Read(s_blob));
        Assert.Equal([s_blob.Digest], Blobs.All());
        Assert.Empty(Ingest);
    }

    [Fact]
    public void What_broke_off_is_taken_up_where_it_was()
    {
        using (BlobIngest first = Blobs.Bring(s_blob)) first.Write(s_content.AsSpan(0, 123_456));
        using BlobIngest second = Blobs.Bring(s_blob);
        Assert.Equal(123_456, second.Position);
        second.Write(s_content.AsSpan(123_456));
        second.Finish();
        Assert.Equal(s_content, Blobs.Read(s_blob));
    }

    [Fact]
    public void A_beginning_that_is_not_its_is_found_out_and_gone()
    {
        using (BlobIngest first = Blobs.Bring(s_blob)) first.Write(new byte[1000]);
        using (BlobIngest second = Blobs.Bring(s_blob))
        {
            second.Write(s_content.AsSpan((int)second.Position));
            Fails.With("BlobCorrupt", () => second.Finish());
        }
        Assert.Empty(Ingest);
        using BlobIngest third = Blobs.Bring(s_blob);
        Assert.Equal(0, third.Position);
        third.Write(s_content);
        third.Finish();
    }

    [Fact]
    public void It_can_be_started_over()
    {
        using BlobIngest ingest = Blobs.Bring(s_blob);
        ingest.Write(new byte[1000]);
        ingest.StartOver();
        ingest.Write(s_content);
        ingest.Finish();
        Assert.Equal(s_content, Blobs.Read(s_blob));
    }

    [Theory]
    [InlineData(299_999)]
    [InlineData(0)]
    public void One_that_is_too_short_is_refused(int length)
    {
        using (BlobIngest ingest = Blobs.Bring(s_blob))
        {
            ingest.Write(s_content.AsSpan(0, length));
            Fails.With("BlobCorrupt", () => ingest.Finish());
        }
        Assert.Empty(Blobs.All());
        Assert.Empty(Ingest);
    }

    [Fact]
    public void One_that_is_too_long_is_refused_before_it_fills_the_disk()
    {
        using BlobIngest ingest = Blobs.Bring(s_blob);
        ingest.Write(s_content);
        Fails.With("BlobCorrupt", () => ingest.Write([0]));
        Assert.Empty(Blobs.All());
    }

    [Fact]
    public void One_of_a_digest_that_comes_at_the_end_is_kept_or_leaves_nothing()
    {
        using (BlobIngest lost = Blobs.Make()) lost.Write(s_content);
        Assert.Empty(Ingest);
        using BlobIngest made = Blobs.Make();
        made.Write(s_content);
        Assert.Equal(s_blob.Digest, made.Finish());
        Assert.True(Blobs.Has(s_blob));
    }

    [Fact]
    public void Ten_that_bring_the_same_wait_for_one_and_leave_nothing_else()
    {
        Parallel.For(0, 10, new ParallelOptions { MaxDegreeOfParallelism = 10 }, _ =>
        {
            using BlobIngest ingest = Blobs.Bring(s_blob);
            if (ingest.IsThere) return;
            Assert.Equal(0, ingest.Position);
            ingest.Write(s_content);
            ingest.Finish();
        });
        Assert.Equal(s_content, Blobs.Read(s_blob));
        Assert.Empty(Ingest);
    }

    [Fact]
    public void What_nobody_brings_any_more_is_told_apart()
    {
        using (BlobIngest broken = Blobs.Bring(s_blob)) broken.Write(s_content.AsSpan(0, 10));
        using BlobIngest busy = Blobs.Make();
        FileInfo left = Assert.Single(Blobs.Abandoned());
        Assert.Equal((s_blob.Digest.Hex, 10), (left.Name, left.Length));
    }

    [Fact]
    public void A_small_one_is_checked_before_it_is_read()
    {
        Descriptor blob = Blobs.Add(MediaType.Config, "{}"u8);
        Assert.Equal("{}"u8.ToArray(), Blobs.Read(blob));
        File.WriteAllText(Blobs.PathOf(blob.Digest), "[]");
        Fails.With("BlobCorrupt", () => Blobs.Read(blob));
        File.WriteAllText(Blobs.PathOf(blob.Digest), "{} ");
        Fails.With("BlobCorrupt", () => Blobs.Read(blob));
        Fails.With("BlobMissing", () => Blobs.Read(Descriptor.Of(MediaType.Config, "x"u8)));
        Fails.With("ManifestInvalid", () => Blobs.Read(blob with { Size = 50 << 20 }));
    }

    [Fact]
    public void Files_of_others_beside_the_blobs_are_none()
    {
        Descriptor blob = Blobs.Add(MediaType.Config, "{}"u8);
        File.WriteAllText(Path.Combine(Path.GetDirectoryName(Blobs.PathOf(blob.Digest))!, "notes"), "x");
        Assert.Equal([blob.Digest], Blobs.All());
        Assert.Equal(2, Blobs.Remove(blob.Digest));
        Assert.Equal(0, Blobs.Remove(blob.Digest));
    }
}
