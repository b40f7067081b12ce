using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using PSContainer.Engine;
using PSContainer.Engine.Isolation;
using PSContainer.Engine.Isolation.Sides;
using PSContainer.Engine.Namespaces;
using PSContainer.Kernel.Netlink;

namespace PSContainer.Tests.Unit.Isolation;

/// <summary>Sides of live processes, beside what the kernel tells.</summary>
public class SideTests
{
    [Fact]
    public void This_process_shares_everything_with_this_machine()
    {
        using var reader = new SideReader();
        Side side = reader.Of(Environment.ProcessId);
        foreach (IsolationFact fact in new Comparison(reader.Machine, side).Facts().Where(fact => fact.Aspect == IsolationAspect.Namespace && fact.Host is not null)) Assert.False(fact.Isolated, fact.ToString());
        Assert.Equal(File.ReadAllText("/proc/sys/kernel/hostname").TrimEnd(), side.Inside!.Hostname);
        Assert.Equal(new FileInfo("/proc/self/ns/net").LinkTarget, $"net:[{side.NamespaceOf(NamespaceType.Net)}]");
        Assert.Equal(Environment.ProcessId, side.Status.Numbers[0]);
        Assert.Equal(Directory.EnumerateFileSystemEntries("/").Count(), side.Root!.Entries!.Count);
    }

    [Fact]
    public void A_listening_port_is_found_by_both_ways()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        Assert.Contains(port, NetworkSight.Read("/proc", Environment.ProcessId, tcp: null).Tcp!);
        if (SocketDiag.ListeningPorts() is { } ports) Assert.Contains(port, ports);
    }

    [Theory]
    [InlineData(0, "ProcessNotFound")]
    [InlineData(-1, "ProcessNotFound")]
    [InlineData(int.MaxValue, "ProcessNotFound")]
    public void Who_is_not_there_is_an_error(int pid, string id)
    {
        using var reader = new SideReader();
        Assert.Equal(id, Assert.Throws<EngineException>(() => reader.Of(pid)).Id);
    }

    [Fact]
    public void A_zombie_is_told_as_such()
    {
        // The shell's child ends, and the program that takes the shell's place never reaps it.
        using var parent = Process.Start(new ProcessStartInfo("sh", ["-c", "sleep 0 & echo $!; exec sleep 60"]) { RedirectStandardOutput = true })!;
        try
        {
            int child = int.Parse(parent.StandardOutput.ReadLine()!);
            Assert.True(SpinWait.SpinUntil(() => File.ReadAllText($"/proc/{child}/stat").Contains(") Z "), 5000));
            using var reader = new SideReader();
            Assert.Equal("ProcessEnded", Assert.Throws<EngineException>(() => reader.Of(child)).Id);
        }
        finally
        {
            parent.Kill();
            parent.WaitForExit();
        }
    }
}
