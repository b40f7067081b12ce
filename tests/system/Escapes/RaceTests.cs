using PSContainer.Kernel;
using PSContainer.Tests.System.Bundles;
using PSContainer.Tests.System.Lane;

namespace PSContainer.Tests.System.Escapes;

/// <summary>A peer swaps folders for links while containers are made on the same root: nothing is ever made outside.</summary>
public class RaceTests
{
    private static readonly int s_rounds = Machine.IsSlow ? 5 : 50;

    [SystemTheory] // CVE-2021-30465, CVE-2024-45310
    [InlineData("/data/target", "tmpfs")]
    [InlineData("/data/target/deeper/still", "tmpfs")]
    [InlineData("/data/target", "bind")]
    public void T10_T11_A_target_that_is_swapped_for_a_link_is_mounted_inside_or_not_at_all(string destination, string type)
    {
        string outside = Machine.NewFolder(), watched = Machine.NewFolder();
        using var bundle = new Bundle("true");
        string data = bundle.OwnRoot(writable: true) + "/data";
        Directory.CreateDirectory(data + "/target");
        File.CreateSymbolicLink(data + "/link", "../../../../../../../../../../.." + outside);
        if (type == "bind") bundle.Mount(destination, "bind", watched, "bind");
        else bundle.Mount(destination, "tmpfs", "tmpfs");
        bundle.Write();

        using (new Swapper(data + "/target", data + "/link"))
        {
            for (int round = 0; round < s_rounds; round++)
                Pscontainer.Run(bundle.Line("run"));
        }
        Assert.Empty(Directory.GetFileSystemEntries(outside));
        Assert.Empty(Directory.GetFileSystemEntries(watched));
        Assert.DoesNotContain(File.ReadLines("/proc/self/mountinfo"), line => line.Contains(outside, StringComparison.Ordinal));
        bundle.AssertGone();
    }

    [SystemFact] // CVE-2016-9962
    public void T02_Root_in_the_container_sees_no_descriptor_of_who_enters()
    {
        using var bundle = Bundle.Shell("while true; do for p in /proc/[0-9]*; do ls -l $p/fd $p/cwd $p/root $p/exe 2>/dev/null; done | grep -e 'exe -> .*/pscontainer$' -e '/host-marker' >>/data/seen; done");
        string root = bundle.OwnRoot(writable: true);
        bundle.Start();
        string marker = Path.Combine(Machine.NewFolder(), "host-marker");
        File.WriteAllText(marker, "");
        for (int round = 0; round < s_rounds; round++)
            Outcome.Of("bash", "-c", $"exec 7<{marker} 40<{marker}; exec \"$@\"", "bash", Machine.Executable, "exec", bundle.Id, "true");
        Assert.Equal("", File.Exists(root + "/data/seen") ? File.ReadAllText(root + "/data/seen") : "");
    }

    [SystemFact] // CVE-2019-5736
    public void T01_The_executable_can_t_be_written_from_inside()
    {
        byte[] before = File.ReadAllBytes(Machine.Executable);
        using var bundle = Bundle.Shell("while true; do for p in /proc/[0-9]*; do ( echo overwritten >$p/exe ) 2>/dev/null && echo $p >>/data/written; done; done");
        string root = bundle.OwnRoot(writable: true);
        // Its own program is the image's, and may be written by root there once it does not run.
        bundle.Start();
        for (int round = 0; round < s_rounds; round++) Pscontainer.Run("exec", bundle.Id, "/proc/self/exe", "--version");
        Assert.Equal(before, File.ReadAllBytes(Machine.Executable));
        Assert.False(File.Exists(root + "/data/written"));
    }

    /// <summary>Exchanges two names as fast as it can, on a thread of its own.</summary>
    private sealed class Swapper : IDisposable
    {
        private readonly Thread _thread;
        private volatile bool _over;

        public Swapper(string a, string b)
        {
            _thread = new Thread(() =>
            {
                const int exchange = 2;
                int renameat2 = global::System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == global::System.Runtime.InteropServices.Architecture.X64 ? 316 : 276;
                using var text = new NativeStrings();
                nint first = text.Text(a), second = text.Text(b);
                while (!_over) Syscall.Invoke(renameat2, Files.AtFdcwd, first, Files.AtFdcwd, second, exchange);
            });
            _thread.Start();
        }

        public void Dispose()
        {
            _over = true;
            _thread.Join();
        }
    }
}
