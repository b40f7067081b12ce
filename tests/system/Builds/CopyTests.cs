using System.Net;
using PSContainer.Engine;
using PSContainer.Engine.Blobs;
using PSContainer.Engine.Images;
using PSContainer.Tests.System.Lane;

namespace PSContainer.Tests.System.Builds;

/// <summary>COPY and ADD: what goes where, and as whose.</summary>
public sealed class CopyTests : IDisposable
{
    private readonly BuildFolder _build = new BuildFolder().Write("a.txt", "a").Write("b.txt", "b").Write("dir/c.txt", "c").Write("dir/sub/d.txt", "d").Write("dir/.hidden", "h").Write("other/e.md", "e");

    public void Dispose()
    {
        _build.CheckClean();
        _build.Dispose();
    }

    // docs.docker.com/reference/dockerfile#copy, and what docker build does with them.
    [SystemTheory]
    [InlineData("COPY a.txt /x", "/x")]
    [InlineData("COPY a.txt /x/", "/x/a.txt")]
    [InlineData("COPY a.txt /tmp", "/tmp/a.txt")]
    [InlineData("COPY a.txt x", "/x")]
    [InlineData("COPY a.txt b.txt /x/", "/x/a.txt /x/b.txt")]
    [InlineData("COPY *.txt /x/", "/x/a.txt /x/b.txt")]
    [InlineData("COPY [ab].txt ./x/", "/x/a.txt /x/b.txt")]
    [InlineData("COPY ?.txt /x", "/x/a.txt /x/b.txt")]
    [InlineData("COPY dir /x", "/x/.hidden /x/c.txt /x/sub/d.txt")]
    [InlineData("COPY dir/ /x/", "/x/.hidden /x/c.txt /x/sub/d.txt")]
    [InlineData("COPY dir /x/y/z", "/x/y/z/.hidden /x/y/z/c.txt /x/y/z/sub/d.txt")]
    [InlineData("COPY d*r /x/", "/x/.hidden /x/c.txt /x/sub/d.txt")]
    [InlineData("COPY dir other /x/", "/x/.hidden /x/c.txt /x/e.md /x/sub/d.txt")]
    [InlineData("COPY /a.txt ../b.txt /x/", "/x/a.txt /x/b.txt")]
    [InlineData("COPY dir/sub/../c.txt /x/", "/x/c.txt")]
    [InlineData("COPY --exclude=*.txt --exclude=sub dir /x", "/x/.hidden")]
    [InlineData("COPY --exclude=**/*.txt --exclude=!c.txt dir /x", "/x/.hidden /x/c.txt")]
    [InlineData("COPY a.txt nothing* /x/", "/x/a.txt")]
    [InlineData("WORKDIR /x\nCOPY a.txt y/\nCOPY a.txt .", "/x/a.txt /x/y/a.txt")]
    [InlineData("COPY [\"a.txt\", \"/x/with blank\"]", "/x/with blank")]
    public void A_destination_means_what_docker_says(string lines, string files)
    {
        StoredImage image = _build.WithBusybox().Build("FROM busybox\n" + lines);
        Assert.Equal(files, string.Join(' ', _build.Print(image, "find /x /tmp -type f 2>/dev/null | sort")));
    }

    [SystemFact]
    public void Owners_and_modes_are_roots_the_files_or_as_asked_for()
    {
        string mode = Path.Combine(_build.Context, "dir/c.txt");
        Outcome.Of("chown", "1234:1234", mode);
        File.SetUnixFileMode(mode, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.SetUser);
        StoredImage image = _build.WithBusybox().Build("""
            FROM busybox AS first
            COPY dir /plain
            COPY --chown=ann dir /ann
            COPY --chown=7 --chmod=640 dir/c.txt /seven/c.txt
            COPY --chown=daemon:50 a.txt /group
            USER ann
            WORKDIR /made/by/ann
            FROM busybox
            COPY --from=first /ann /kept
            COPY --from=first --chown=0:0 /ann /changed
            COPY --from=first /seven /made /all/
            """);
        Assert.Equal(["/kept 755 1000:1000", "/kept/c.txt 4500 1000:1000", "/kept/sub 755 1000:1000"], _build.Listing(image, "/kept /kept/c.txt /kept/sub"));
        Assert.Equal(["/changed/c.txt 4500 0:0", "/all/c.txt 640 7:7", "/all/by/ann 755 1000:1000"], _build.Listing(image, "/changed/c.txt /all/c.txt /all/by/ann"));
        StoredImage first = _build.Build(File.ReadAllText(Path.Combine(_build.Context, "Containerfile")), request => request with { Target = "first" });
        Assert.Equal(["/plain/c.txt 4500 0:0", "/seven 755 7:7", "/group 644 1:50"], _build.Listing(first, "/plain/c.txt /seven /group"));
        Assert.Equal("UserNotFound", Assert.Throws<EngineException>(() => _build.Build("FROM busybox\nCOPY --chown=nobody-here a.txt /x")).Id);
    }

    [SystemFact]
    public void Links_stay_links_and_a_named_one_is_followed()
    {
        File.CreateSymbolicLink(Path.Combine(_build.Context, "dir/link"), "c.txt");
        File.CreateSymbolicLink(Path.Combine(_build.Context, "named"), "dir/sub");
        StoredImage image = _build.WithBusybox().Build("FROM busybox\nRUN mkdir /real && ln -s /real /alias && ln -s later /real/file\nCOPY dir /x\nCOPY dir/link /y\nCOPY named /z\nCOPY a.txt /alias/\nCOPY b.txt /alias/file\nCOPY dir /alias");
        Assert.Equal(["c.txt", "c", "d", "/real", "a", "b", "later", "c"], _build.Print(image, "readlink /x/link; cat /y; echo; cat /z/d.txt; echo; readlink /alias; cat /real/a.txt; echo; cat /real/later; echo; readlink /real/file; cat /real/c.txt; echo"));
    }

    [SystemFact]
    public void No_link_leads_out()
    {
        string outside = Machine.NewFolder(), decoy = Path.Combine(outside, "decoy");
        File.WriteAllText(decoy, "untouched");
        foreach ((string name, string target) in ((string, string)[])[("absolute", decoy), ("climbing", "../../../../../../../../../.." + decoy), ("folder", outside), ("magic", "/proc/self/root" + decoy)])
            File.CreateSymbolicLink(Path.Combine(_build.Context, name), target);
        _build.WithBusybox();
        foreach (string source in (string[])["absolute", "climbing", "folder/decoy", "magic", "folder"])
            _build.Fails("SourceNotFound", $"FROM busybox\nCOPY {source} /x");
        StoredImage image = _build.Build($"""
            FROM busybox AS evil
            RUN ln -s {outside} /out && ln -s {decoy} /file && mkdir -p {outside} && echo inside > {decoy}
            FROM evil
            COPY a.txt /out/decoy
            COPY a.txt /file
            COPY dir /out
            WORKDIR /out/made
            COPY --from=evil /file /copied
            """);
        Assert.Equal(["inside", "a"], _build.Print(image, $"cat /copied {decoy}; echo"));
        Assert.Equal("untouched", File.ReadAllText(decoy));
        Assert.Equal((string[])[decoy], Directory.GetFileSystemEntries(outside));
    }

    [SystemFact]
    public void What_is_in_the_way_is_an_error()
    {
        _build.WithBusybox();
        foreach (string lines in (string[])["RUN mkdir -p /x/c.txt\nCOPY dir /x", "RUN mkdir /x && echo > /x/sub\nCOPY dir /x", "RUN echo > /x\nCOPY dir /x", "RUN echo > /x\nCOPY a.txt /x/", "RUN ln -s /nowhere /x\nCOPY a.txt /x/y", "RUN ln -s /x /x\nCOPY a.txt /x"])
            Assert.StartsWith("Containerfile:3: ", _build.Fails("CopyBlocked", "FROM busybox\n" + lines).Message);
        _build.CheckClean();
        Assert.StartsWith("Containerfile:3: ", _build.Fails("CopyBlocked", "FROM busybox\nRUN echo > /x\nWORKDIR /x").Message);
    }

    [SystemFact]
    public void The_ignore_file_keeps_out_and_takes_back()
    {
        StoredImage image = _build.WithBusybox().Write(".dockerignore", "**/*.txt\n!dir/sub\nother\nContainerfile\n.dockerignore\n").Build("FROM busybox\nCOPY . /x");
        Assert.Equal(["/x/dir/.hidden", "/x/dir/sub/d.txt"], _build.Print(image, "find /x -type f | sort"));
        Assert.Empty(_build.Print(image, "ls -d /x/other 2>/dev/null"));
        _build.Fails("SourceNotFound", "FROM busybox\nCOPY a.txt /x");
        _build.Write(".containerignore", "other\n").Build("FROM busybox\nCOPY a.txt /x");
        _build.Write("Containerfile.dockerignore", "a.txt\n").Fails("SourceNotFound", "FROM busybox\nCOPY a.txt /x");
    }

    [SystemFact]
    public void Add_unpacks_archives_of_the_context()
    {
        _build.WithBusybox();
        Outcome.Of("tar", "-C", _build.Context, "--owner=1000", "--group=1001", "-czf", Path.Combine(_build.Context, "archive.bin"), "dir", "a.txt");
        Outcome.Of("tar", "-C", _build.Context, "-cJf", Path.Combine(_build.Context, "archive.xz"), "dir");
        StoredImage image = _build.Build("FROM busybox\nADD archive.bin /x\nADD a.txt /y\nCOPY archive.bin /z\nADD --chown=ann archive.bin /ann/");
        Assert.Equal(["/x/dir/sub/d.txt 644 1000:1001", "/y 644 0:0", "/z 644 0:0", "/ann/a.txt 644 1000:1000"], _build.Listing(image, "/x/dir/sub/d.txt /y /z /ann/a.txt"));
        _build.Fails("CompressionNotSupported", "FROM busybox\nADD archive.xz /x");
    }

    [SystemFact]
    public void Add_fetches_what_a_server_has()
    {
        using var server = new HttpListener();
        int port = Random.Shared.Next(20000, 30000);
        server.Prefixes.Add($"http://127.0.0.1:{port}/");
        server.Start();
        int asked = 0;
        var answers = Task.Run(async () =>
        {
            while (server.IsListening)
            {
                HttpListenerContext context = await server.GetContextAsync();
                asked++;
                context.Response.StatusCode = context.Request.Url!.AbsolutePath == "/gone" ? 404 : 200;
                context.Response.Close("content"u8.ToArray(), willBlock: true);
            }
        });
        string url = $"http://127.0.0.1:{port}/some/file.bin?x=1", digest = Digest.Of("content"u8).ToString();
        StoredImage image = _build.WithBusybox().Build($"FROM busybox\nADD --checksum={digest} {url} /x/");
        Assert.Equal(["/x/file.bin 600 0:0"], _build.Listing(image, "/x/file.bin"));
        _build.Build($"FROM busybox\nADD --checksum={digest} {url} /x/");
        Assert.Empty(_build.Done);
        Assert.Equal(2, asked);
        _build.Fails("ChecksumWrong", $"FROM busybox\nADD --checksum={Digest.Of([1])} {url} /x/");
        _build.Fails("DownloadFailed", $"FROM busybox\nADD http://127.0.0.1:{port}/gone /x/");
        server.Stop();
        _build.Fails("DownloadFailed", $"FROM busybox\nADD {url} /x/");
        // It ends by the stop: while it waits, which throws, or before it waits again.
        Record.Exception(() => answers.Wait(Machine.Patience));
        Assert.True(answers.IsCompleted);
    }

    [SystemFact]
    public void An_image_can_be_copied_from()
    {
        _build.WithBusybox();
        StoredImage image = _build.Build("FROM scratch\nCOPY --from=busybox /bin/busybox /bin/sh /bin/\nCOPY --from=busybox /etc/passwd /etc/\nCOPY --from=busybox /bin/cat /bin/cat");
        Assert.Equal(["root:x:0:0:root:/root:/bin/sh"], _build.Print(image, "while read line; do echo $line; break; done < /etc/passwd"));
        Assert.StartsWith("Containerfile:2: ", _build.Fails("ImageNotFound", "FROM scratch\nCOPY --from=absent.example/x /a /b").Message);
    }
}
