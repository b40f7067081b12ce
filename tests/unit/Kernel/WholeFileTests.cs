using System.Text;
using PSContainer.Kernel;

namespace PSContainer.Tests.Unit.Kernel;

public sealed class WholeFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pscontainer-unit-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4095)]
    [InlineData(4096)]
    [InlineData(100_000)]
    public void What_is_written_is_read(int size)
    {
        string path = _folder + "/file";
        byte[] bytes = [.. Enumerable.Range(0, size).Select(i => (byte)i)];
        WholeFile.Write(path, new byte[200_000]);
        WholeFile.Write(path, bytes);
        Assert.Equal(bytes, WholeFile.TryRead(path, out Errno error));
        Assert.Equal(Errno.None, error);
    }

    [Fact]
    public void A_mode_is_meant_whatever_was_there()
    {
        string path = _folder + "/file";
        WholeFile.Write(path, "x"u8, 0x1C0);
        Assert.Equal((UnixFileMode)0x1C0, File.GetUnixFileMode(path));
        WholeFile.Write(path, "x"u8, 0x1B6);
        Assert.Equal((UnixFileMode)0x1B6, File.GetUnixFileMode(path));
        WholeFile.Write(path, "y"u8);
        Assert.Equal((UnixFileMode)0x1B6, File.GetUnixFileMode(path));
    }

    [Fact]
    public void Whoever_has_opened_a_file_that_is_replaced_reads_the_old_one()
    {
        string path = _folder + "/file";
        WholeFile.Write(path, "old"u8);
        using FileStream open = File.OpenRead(path);
        WholeFile.Replace(path, "new"u8);
        Assert.Equal("old", new StreamReader(open).ReadToEnd());
        Assert.Equal("new", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void What_can_t_be_replaced_stays_and_nothing_lies_beside_it()
    {
        string path = Directory.CreateDirectory(_folder + "/is/a/folder").Parent!.FullName;
        Assert.Equal(Errno.EISDIR, Assert.Throws<KernelException>(() => WholeFile.Replace(path, "new"u8)).Errno);
        Assert.Equal([path], Directory.GetFileSystemEntries(_folder + "/is"));
        Assert.Equal(Errno.ENOENT, Assert.Throws<KernelException>(() => WholeFile.Replace(_folder + "/absent/file", "new"u8)).Errno);
    }

    [Fact]
    public void What_can_t_be_read_is_null_with_the_reason()
    {
        Assert.Null(WholeFile.TryRead(_folder + "/absent", out Errno error));
        Assert.Equal(Errno.ENOENT, error);
        Assert.Null(WholeFile.TryRead(_folder, out error));
        Assert.Equal(Errno.EISDIR, error);
        WholeFile.Write(_folder + "/file", Encoding.UTF8.GetBytes("x"));
        Assert.Null(WholeFile.TryRead(_folder + "/file/below", out error));
        Assert.Equal(Errno.ENOTDIR, error);
    }
}
