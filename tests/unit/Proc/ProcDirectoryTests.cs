using System.Text;
using PSContainer.Kernel;
using PSContainer.Kernel.Proc;

namespace PSContainer.Tests.Unit.Proc;

public sealed class ProcDirectoryTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("proc").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void Only_numbers_are_processes()
    {
        foreach (var name in new[] { "1", "42", "4204", "self", "sys", "12a", "net" })
            Directory.CreateDirectory($"{root}/{name}");
        using var proc = ProcDirectory.Open(root);
        Assert.Equal([1, 42, 4204], proc.ReadProcessIds());
        Assert.Equal([1, 42, 4204], proc.ReadProcessIds());
    }

    [Fact]
    public void More_processes_than_one_listing_holds_are_all_found()
    {
        for (var pid = 1; pid <= 3000; pid++)
            File.WriteAllText($"{root}/{pid}", "");
        using var proc = ProcDirectory.Open(root);
        Assert.Equal(Enumerable.Range(1, 3000), proc.ReadProcessIds());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4095)]
    [InlineData(4096)]
    [InlineData(4097)]
    [InlineData(100_000)]
    public void A_file_is_read_whole(int size)
    {
        Directory.CreateDirectory($"{root}/7");
        var content = Encoding.ASCII.GetBytes(new string('x', Math.Max(0, size - 1)) + (size > 0 ? "y" : ""));
        File.WriteAllBytes($"{root}/7/cmdline", content);
        using var proc = ProcDirectory.Open(root);
        Assert.Equal(content, proc.ReadFile(7, "cmdline"u8));
    }

    [Fact]
    public void What_is_not_there_is_no_error()
    {
        using var proc = ProcDirectory.Open(root);
        Assert.Null(proc.ReadFile(7, "cmdline"u8));
        Assert.False(proc.TryGetOwner(7, out _));
        Assert.Null(ProcCommandLine.Read(proc, 7));
        using var links = proc.OpenForLinks(7, "ns"u8);
        Assert.False(links.IsOpen);
        Assert.Equal(-1, links.ReadLink("net"u8, new byte[8]));
    }

    [Fact]
    public void A_process_without_arguments_goes_by_its_name()
    {
        Directory.CreateDirectory($"{root}/2");
        File.WriteAllText($"{root}/2/cmdline", "");
        File.WriteAllText($"{root}/2/comm", "kthreadd\n");
        using var proc = ProcDirectory.Open(root);
        Assert.Equal("kthreadd", ProcCommandLine.Read(proc, 2));
    }

    [Fact]
    public void A_root_that_is_missing_is_an_error_that_names_it()
    {
        var failure = Assert.Throws<KernelException>(() => ProcDirectory.Open($"{root}/nowhere"));
        Assert.Equal(("openat", Errno.ENOENT, $"{root}/nowhere"), (failure.Call, failure.Errno, failure.Path));
    }

    [Fact]
    public void The_owner_of_this_process_has_a_name()
    {
        using var proc = ProcDirectory.Open();
        Assert.True(proc.TryGetOwner(Environment.ProcessId, out var uid));
        Assert.Equal(Environment.UserName, PasswordDatabase.FindName(uid));
        Assert.Null(PasswordDatabase.FindName(3_999_999_999));
    }
}
