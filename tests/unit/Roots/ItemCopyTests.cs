using PSContainer.Engine.Roots;
using PSContainer.Kernel;
using PSContainer.Kernel.Trees;
using PSContainer.Tests.Unit.Cgroups;

namespace PSContainer.Tests.Unit.Roots;

/// <summary>Copies between two roots; needs no root user, since every file keeps its owner.</summary>
public sealed class ItemCopyTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pscontainer-test-").FullName;
    private readonly List<string> _skipped = [];

    public ItemCopyTests()
    {
        foreach (string name in (string[])["a/dir/sub", "b/there", "outside"]) Directory.CreateDirectory(A(name, ""));
        File.WriteAllText(A("a/file"), "content");
        File.WriteAllText(A("a/dir/x"), "x");
        File.WriteAllText(A("a/dir/sub/y"), "y");
    }

    // By bytes: .NET can not remove a name that is no text.
    public void Dispose() => TreeRemoval.Remove(_folder);

    private string A(params string[] path) => Path.Combine([_folder, .. path]);

    private void Copy(string from, string to, bool followsLink = false, bool dropsPrivilege = false)
    {
        int source = Files.Open(A("a"), OpenFlags.Path | OpenFlags.Directory), target = Files.Open(A("b"), OpenFlags.Path | OpenFlags.Directory);
        try
        {
            var manner = new CopyManner { DropsPrivilege = dropsPrivilege, Skipped = (name, _) => _skipped.Add(name) };
            ItemCopy.Run(new CopySide(source, from, "a:" + from), new CopySide(target, to, "b:" + to), followsLink, manner, CancellationToken.None);
        }
        finally
        {
            Files.Close(source);
            Files.Close(target);
        }
    }

    [Theory]
    [InlineData("/file", "/new", "b/new")]
    [InlineData("/file", "/there", "b/there/file")]
    [InlineData("/file", "/there/", "b/there/file")]
    [InlineData("/file", "/", "b/file")]
    [InlineData("/dir", "/new", "b/new/sub/y")]
    [InlineData("/dir", "/new/", "b/new/sub/y")]
    [InlineData("/dir", "/there", "b/there/dir/sub/y")]
    [InlineData("/dir/.", "/there", "b/there/sub/y")]
    [InlineData("/dir/", "/there", "b/there/dir/sub/y")]
    [InlineData("/dir/.", "/new", "b/new/sub/y")]
    [InlineData("/", "/there", "b/there/dir/sub/y")]
    [InlineData("/dir/sub/..", "/there", "b/there/sub/y")]
    public void A_copy_goes_where_docker_and_cp_put_it(string from, string to, string lands)
    {
        Copy(from, to);
        Assert.True(File.Exists(A(lands)), string.Join(' ', Directory.EnumerateFiles(A("b"), "*", SearchOption.AllDirectories)));
    }

    [Theory]
    [InlineData("CopyPathMissing", "/none", "/new")]
    [InlineData("CopyPathMissing", "/file", "/none/new")]
    [InlineData("CopyPathMissing", "/file", "/none/")]
    [InlineData("CopyPathMissing", "/file/", "/new")]
    [InlineData("CopyPathMissing", "/file/x", "/new")]
    [InlineData("CopyOverFile", "/dir", "/taken")]
    [InlineData("CopyPathMissing", "/file", "/taken/")]
    [InlineData("CopyPathUnsafe", "/file", "/circle/x")]
    public void What_can_t_be_copied_has_an_error_of_its_own(string id, string from, string to)
    {
        File.WriteAllText(A("b/taken"), "kept");
        File.CreateSymbolicLink(A("b/circle"), "circle");
        Fails.With(id, () => Copy(from, to));
        Assert.Equal("kept", File.ReadAllText(A("b/taken")));
    }

    [Fact]
    public void A_file_does_not_replace_a_folder_and_a_folder_replaces_a_link()
    {
        Directory.CreateDirectory(A("b/dir/x"));
        Fails.With("CopyOverFolder", () => Copy("/dir", "/"));
        Directory.Delete(A("b/dir"), recursive: true);
        Directory.CreateDirectory(A("b/dir"));
        Directory.CreateSymbolicLink(A("b/dir/sub"), A("outside"));
        Copy("/dir", "/");
        Assert.Empty(Directory.GetFileSystemEntries(A("outside")));
        Assert.Equal("y", File.ReadAllText(A("b/dir/sub/y")));
        Assert.Null(new FileInfo(A("b/dir/sub")).LinkTarget);
    }

    [Theory]
    [InlineData("../../../../../../../..")]
    [InlineData("")]
    public void A_link_in_the_path_stays_in_the_root(string before)
    {
        // To the folder outside, by climbing and as an absolute path.
        Directory.CreateSymbolicLink(A("b/way"), before + A("outside"));
        File.WriteAllText(A("outside/secret"), "secret");
        Fails.With("CopyPathMissing", () => Copy("/file", "/way/new"));
        Directory.CreateSymbolicLink(A("a/way"), before + A("outside"));
        Fails.With("CopyPathMissing", () => Copy("/way/secret", "/new"));
        Assert.Equal(["secret"], Directory.GetFileSystemEntries(A("outside")).Select(Path.GetFileName));
        Assert.False(File.Exists(A("b/new")));
    }

    [Fact]
    public void A_link_is_copied_as_a_link_unless_it_is_to_be_followed()
    {
        File.CreateSymbolicLink(A("a/link"), "file");
        Copy("/link", "/as-link");
        Assert.Equal("file", new FileInfo(A("b/as-link")).LinkTarget);
        Copy("/link", "/as-file", followsLink: true);
        Assert.Null(new FileInfo(A("b/as-file")).LinkTarget);
        Assert.Equal("content", File.ReadAllText(A("b/as-file")));
    }

    [Fact]
    public void A_link_as_the_target_is_written_through_and_stays()
    {
        File.WriteAllText(A("b/real"), "something longer than before");
        File.CreateSymbolicLink(A("b/link"), "/real");
        Copy("/file", "/link");
        Assert.Equal("/real", new FileInfo(A("b/link")).LinkTarget);
        Assert.Equal("content", File.ReadAllText(A("b/real")));
    }

    [Fact]
    public void Modes_times_links_and_names_without_encoding_are_kept()
    {
        var time = new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc);
        File.SetUnixFileMode(A("a/dir/x"), (UnixFileMode)0x1E8);
        File.SetUnixFileMode(A("a/dir/sub"), (UnixFileMode)0x140);
        File.SetLastWriteTimeUtc(A("a/dir/x"), time);
        using (var shell = System.Diagnostics.Process.Start("/bin/sh", ["-c", "cd \"$1\" && ln x hard && printf b > \"$(printf 'n\\377m')\"", "sh", A("a/dir")])) shell.WaitForExit();
        Copy("/dir", "/new");
        Assert.Equal((UnixFileMode)0x1E8, File.GetUnixFileMode(A("b/new/x")));
        Assert.Equal((UnixFileMode)0x140, File.GetUnixFileMode(A("b/new/sub")));
        Assert.Equal(time, File.GetLastWriteTimeUtc(A("b/new/x")));
        Assert.Equal(FileStatus.Of(Files.AtFdcwd, A("b/new/x")).Inode, FileStatus.Of(Files.AtFdcwd, A("b/new/hard")).Inode);
        Assert.Equal(4, Directory.GetFileSystemEntries(A("b/new")).Length);
        // Else nobody but root could remove them.
        foreach (string folder in (string[])["a/dir/sub", "b/new/sub"]) File.SetUnixFileMode(A(folder), (UnixFileMode)0x1C0);
    }

    [Fact]
    public void Privileges_go_where_they_are_to_go()
    {
        File.SetUnixFileMode(A("a/file"), (UnixFileMode)0xDED);
        Copy("/file", "/kept");
        Copy("/file", "/dropped", dropsPrivilege: true);
        Assert.Equal((UnixFileMode)0xDED, File.GetUnixFileMode(A("b/kept")));
        Assert.Equal((UnixFileMode)0x1ED, File.GetUnixFileMode(A("b/dropped")));
    }

    [Fact]
    public void A_pipe_is_a_pipe_and_a_socket_is_passed_over()
    {
        Files.MakeFifo(A("a/dir/pipe"), 0x180);
        using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
        socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(A("a/dir/s")));
        Copy("/dir", "/new");
        Assert.Equal(FileKind.Fifo, FileStatus.Of(Files.AtFdcwd, A("b/new/pipe")).Kind);
        Assert.Equal(["s"], _skipped);
        Assert.False(File.Exists(A("b/new/s")));
    }

    [Fact]
    public void A_tree_that_is_too_deep_is_an_error_and_no_crash()
    {
        string deep = A("a/deep") + string.Concat(Enumerable.Repeat("/d", 500));
        Directory.CreateDirectory(deep);
        Fails.With("CopyTooDeep", () => Copy("/deep", "/new"));
    }

    [Fact]
    public void Ctrl_C_ends_it()
    {
        int source = Files.Open(A("a"), OpenFlags.Path | OpenFlags.Directory);
        using var stopped = new CancellationTokenSource();
        stopped.Cancel();
        Assert.Throws<OperationCanceledException>(() => ItemCopy.Run(new CopySide(source, "/dir", "a"), new CopySide(source, "/new", "b"), false, new CopyManner(), stopped.Token));
        Files.Close(source);
    }
}
