using System.Net.Sockets;
using System.Text;
using PSContainer.Engine.Archives.Compression;
using PSContainer.Engine.Archives.Tar;
using PSContainer.Engine.Blobs;
using PSContainer.Engine.Layers;
using PSContainer.Kernel;
using PSContainer.Kernel.Trees;
using PSContainer.Tests.System.Lane;

namespace PSContainer.Tests.System.Images;

/// <summary>What becomes a layer comes out of it again, and the same tree is the same bytes.</summary>
public sealed class PackTests : IDisposable
{
    private readonly LayerFolder _store = new();
    private readonly string _tree = Machine.NewFolder();

    private BlobStore Blobs => new(_store.Root.Images);

    public void Dispose()
    {
        _store.Dispose();
        TreeRemoval.Remove(_tree);
    }

    private PackedLayer Pack(TreeKind kind = TreeKind.Layer, LayerCompression compression = LayerCompression.Gzip, params string[] folders)
        => LayerPacker.Pack(Blobs, folders.Length > 0 ? folders : [_tree], kind, compression);

    private string[] Entries(PackedLayer layer)
    {
        using FileStream blob = Blobs.Open(layer.Blob.Digest);
        using Stream plain = Decompression.Open(blob);
        var reader = new TarReader(plain);
        var names = new List<string>();
        while (reader.Next() is { } entry) names.Add(Encoding.Latin1.GetString(entry.Name.Span));
        return [.. names];
    }

    private void Shell(string script) => Assert.Equal("", Outcome.Of("/bin/sh", "-c", $"set -e; cd {_tree}; {script}").Error);

    /// <summary>Everything that a layer keeps of each path, for comparison; a folder's size and a link's mode are the file system's own.</summary>
    private static string[] Listing(string folder)
        => Outcome.Of("/bin/sh", "-c", $"cd {folder} && find . -mindepth 1 \\( -type d -printf '%p %y %m %U:%G %Ts\\n' -o -type l -printf '%p %y %U:%G %Ts %l\\n' -o -printf '%p %y %m %U:%G %Ts %n %s\\n' \\) | LC_ALL=C sort").Lines;

    [SystemTheory("zstd")]
    [InlineData(LayerCompression.None)]
    [InlineData(LayerCompression.Gzip)]
    [InlineData(LayerCompression.Zstd)]
    public void A_tree_comes_out_as_it_went_in(LayerCompression compression)
    {
        Shell("""
            mkdir -p a/b 'with space' empty; chmod 2755 a; chown 5:6 a/b; chmod 1777 empty
            echo text > a/b/f; chmod 4755 a/b/f; ln a/b/f a/hard; ln -s ../nowhere a/soft; chown -h 7:8 a/soft; ln a/soft a/soft2; touch -h -d @86400 a/soft
            mkfifo pipe; mknod null c 1 3; chmod 666 null; mknod disk b 254 300; dd if=/dev/urandom of=large bs=1000 count=700 2>/dev/null; chown 3000000:4000000 large; touch -d @-5 large
            printf x > "$(printf 'caf\351')"; printf y > "with space/$(printf '%0200d' 7)"; touch -d @1000000000 'with space' a
            """);
        int file = Files.Open(_tree + "/a/b/f", OpenFlags.ReadOnly);
        Assert.Equal(Errno.None, ExtendedAttributes.Set(file, "user.note", [1, 0, 255]));
        Assert.Equal(Errno.None, ExtendedAttributes.Set(file, "security.capability", [1, 0, 0, 2, 0, 32, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]));
        Assert.Equal(Errno.None, ExtendedAttributes.Set(file, "trusted.secret", [1]));
        Files.Close(file);

        PackedLayer packed = Pack(compression: compression);
        Layer layer = _store.Store.Unpack(Blobs.Open(packed.Blob.Digest), packed.Blob, packed.DiffId);
        Assert.Equal((packed.Size, packed.Entries), (layer.Size, layer.Entries));
        Assert.Equal(Listing(_tree), Listing(layer.Folder));
        Assert.Equal(0, Outcome.Of("cmp", _tree + "/large", layer.Folder + "/large").Code);
        file = Files.Open(layer.Folder + "/a/b/f", OpenFlags.ReadOnly);
        Assert.Equal(["security.capability", "user.note"], ExtendedAttributes.Names(file).Select(name => name.ToString()));
        Assert.Equal([1, 0, 255], ExtendedAttributes.Get(file, "user.note")!);
        Files.Close(file);
    }

    [SystemTheory("tar")]
    [InlineData("pax")]
    [InlineData("gnu")]
    public void What_tar_has_packed_is_unpacked_as_tar_does(string format)
    {
        Shell("""
            mkdir -p in/a/b out; cd in; chmod 2755 a; chown 5:6 a/b; echo text > a/b/f; chmod 4755 a/b/f; ln a/b/f a/hard; ln -s ../nowhere a/soft; chown -h 7:8 a/soft; mkfifo pipe; mknod null c 1 3
            echo x > "$(printf 'caf\351')"; mkdir "$(printf '%0120d' 7)"; echo y > "$(printf '%0120d' 7)/$(printf '%0120d' 8)"; touch -d @1000000000 a/b/f a/b a .
            """);
        Shell($"tar --format={format} -cf a.tar -C in . && tar -xpf a.tar -C out --numeric-owner");
        using FileStream archive = File.OpenRead(_tree + "/a.tar");
        Layer layer = _store.Store.Unpack(archive, null, null);
        Assert.Equal(Listing(_tree + "/out"), Listing(layer.Folder));
        Assert.Equal(FileStatus.Of(Files.AtFdcwd, _tree + "/out").Modified.Seconds, FileStatus.Of(Files.AtFdcwd, layer.Folder).Modified.Seconds);
    }

    [SystemFact]
    public void A_path_as_long_as_an_archive_takes_goes_in_and_comes_out()
    {
        Shell("mkdir -p $(printf 'd/%.0s' $(seq 900))end");
        PackedLayer packed = Pack();
        using FileStream blob = Blobs.Open(packed.Blob.Digest);
        Assert.Equal(901, _store.Store.Unpack(blob, packed.Blob, packed.DiffId).Entries);
    }

    [SystemFact]
    public void Times_can_be_held_down()
    {
        Shell("touch -d @1000 old; touch -d @2000000000 new; mkdir d; touch -d @2000000001 d");
        PackedLayer packed = LayerPacker.Pack(Blobs, [_tree], TreeKind.Layer, latest: DateTimeOffset.FromUnixTimeSeconds(1_500_000_000));
        using FileStream blob = Blobs.Open(packed.Blob.Digest);
        Layer layer = _store.Store.Unpack(blob, packed.Blob, packed.DiffId);
        long[] times = [.. ((string[])["old", "new", "d"]).Select(name => FileStatus.Of(Files.AtFdcwd, $"{layer.Folder}/{name}").Modified.Seconds)];
        Assert.Equal([1000, 1_500_000_000, 1_500_000_000], times);
    }

    [SystemFact]
    public void The_same_tree_is_the_same_layer()
    {
        Shell("mkdir d; for i in 9 1 5 3; do echo $i > d/f$i; done; echo x > a; ln a b");
        PackedLayer first = Pack();
        Shell("cat d/* > /dev/null; mv d/f5 t; mv t d/f5; touch -d @77 d");
        string copy = Machine.NewFolder();
        Shell($"cp -a . {copy}; touch -r d {copy}/d");
        PackedLayer second = Pack(), third = Pack(TreeKind.Layer, LayerCompression.Gzip, copy);
        Assert.NotEqual(first.DiffId, second.DiffId);
        Assert.Equal((second.DiffId, second.Blob.Digest), (third.DiffId, third.Blob.Digest));
        Assert.Equal((string[])["a", "b", "d/", "d/f1", "d/f3", "d/f5", "d/f9"], Entries(second));
        TreeRemoval.Remove(copy);
    }

    [SystemFact]
    public void Sockets_are_left_out_and_so_is_the_root()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(_tree + "/s"));
        File.WriteAllText(_tree + "/f", "");
        Assert.Equal((string[])["f"], Entries(Pack()));
    }

    [SystemFact("unshare")]
    public void What_a_container_has_changed_shows_the_same_over_the_image()
    {
        Shell("mkdir -p lower/d lower/e/sub lower/g upper work merged; echo 1 > lower/d/one; echo 2 > lower/d/two; echo 3 > lower/e/sub/x; echo 4 > lower/g/x; echo 5 > lower/f; echo 6 > lower/h; ln lower/h lower/i");
        const string changes = "rm d/one; echo new > d/three; rm -r e; mkdir e; echo e > e/only; rm -r g; echo file > g; rm f; mkdir f; echo in > f/in; chmod 600 d/two; ln d/three linked; mkdir -p deep/er";
        Shell($"unshare -m sh -c 'mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work,redirect_dir=off,metacopy=off merged && cd merged && {changes} && find . -type f -exec cat {{}} + > ../shown && cd .. && find merged -type f -printf \"%P %m %n\\n\" | LC_ALL=C sort > names'");
        PackedLayer packed = Pack(TreeKind.Layer, LayerCompression.Gzip, _tree + "/upper");
        Assert.Equal((string[])["d/", "d/.wh.one", "d/three", "d/two", "deep/", "deep/er/", "e/", "e/.wh..wh..opq", "e/only", "f/", "f/.wh..wh..opq", "f/in", "g", "linked"], Entries(packed));
        Layer layer = _store.Store.Unpack(Blobs.Open(packed.Blob.Digest), packed.Blob, packed.DiffId);
        Shell($"unshare -m sh -c 'mount -t overlay overlay -o lowerdir={layer.Folder}:lower merged && find merged -type f -printf \"%P %m %n\\n\" | LC_ALL=C sort > again'; cmp names again");

        // And without a mount, the same.
        using var archive = new MemoryStream();
        LayerPacker.Write(archive, [layer.Folder, _tree + "/lower"], TreeKind.Merged);
        Layer merged = _store.Store.Unpack(new MemoryStream(archive.ToArray()), null, null);
        Shell($"find {merged.Folder} -type f -printf \"%P %m %n\\n\" | LC_ALL=C sort > merged.names; cmp names merged.names");
    }

    [SystemFact]
    public void Layers_are_merged_as_an_overlay_shows_them()
    {
        string Lower(LayerTar tar)
        {
            byte[] bytes = tar.End();
            return _store.Store.Unpack(new MemoryStream(bytes), null, Digest.Of(bytes)).Folder;
        }
        string bottom = Lower(new LayerTar().Folder("d", 0x1FF).File("d/low", "x").File("e/low").File("f", "old").File("g/low").File("gone").File("h/low").File("i"));
        string middle = Lower(new LayerTar().Folder("d", 0x1C0).File("d/mid").File("e/.wh..wh..opq").File("e/mid").File(".wh.g").File(".wh.gone").File("h").Folder("i"));
        string top = Lower(new LayerTar().File("d/top").File("e/top").File("f", "new").Folder("g").File("h/top").File("i/.wh.x"));
        using var archive = new MemoryStream();
        LayerPacker.Write(archive, [top, middle, bottom], TreeKind.Merged);
        var reader = new TarReader(new MemoryStream(archive.ToArray()));
        var found = new List<string>();
        while (reader.Next() is { } entry) found.Add(entry.Name.ToString());
        Assert.Equal((string[])["d/", "d/low", "d/mid", "d/top", "e/", "e/mid", "e/top", "f", "g/", "h/", "h/top", "i/"], found);
    }

    [SystemFact]
    public void A_plain_directory_keeps_what_an_overlay_would_read_otherwise()
    {
        Shell("mkdir d; mknod d/device c 0 0; echo x > .wh.name");
        Assert.Equal((string[])[".wh.name", "d/", "d/device"], Entries(Pack(TreeKind.Plain)));
        Assert.Equal((string[])[".wh.name", "d/"], Entries(Pack(TreeKind.Merged)));
        Assert.Equal("LayerNotPackable", Refusal.Of("LayerNotPackable", () => Pack()).Id);
        Assert.Empty(Directory.GetFiles(Path.Combine(_store.Root.Images, "ingest")));
    }

    [SystemFact]
    public void What_only_an_overlay_understands_and_what_is_too_deep_is_refused()
    {
        Shell("mkdir d");
        int folder = Files.Open(_tree + "/d", OpenFlags.ReadOnly);
        ExtendedAttributes.Set(folder, "trusted.overlay.redirect", "/elsewhere"u8);
        Files.Close(folder);
        Refusal.Of("LayerNotPackable", () => Pack());
        Shell("rmdir d; i=0; while [ $i -lt 25 ]; do n=$(printf '%0200d' 1); mkdir $n; cd -P $n; i=$((i+1)); done");
        Refusal.Of("LayerNotPackable", () => Pack());
    }

    [SystemFact]
    public void Nothing_is_an_empty_layer()
    {
        PackedLayer packed = Pack(compression: LayerCompression.None);
        Assert.Equal((0, 0L, 1024L), (packed.Entries, packed.Size, packed.Blob.Size));
        // What docker and umoci call an empty layer as well.
        Assert.Equal("sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef", packed.DiffId.ToString());
    }
}
