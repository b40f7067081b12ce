using System.Net;
using System.Net.Sockets;
using PSContainer.Engine.Containers.Wishes;
using PSContainer.Engine.Networks;
using PSContainer.Engine.Networks.Ports;
using PSContainer.Engine.State;
using PSContainer.Kernel;
using PSContainer.Kernel.Netlink;
using PSContainer.Tests.System.Engine;
using PSContainer.Tests.System.Lane;

namespace PSContainer.Tests.System.Networks;

/// <summary>
/// A container with a port published on ::1, which its supervisor relays, and inside of it a socket of the test's own that listens there:
/// so both ends of each connection are the test's.
/// </summary>
internal sealed class RelayedPort : IDisposable
{
    private const int PortInside = 80;
    private readonly EngineContainer _container = new(new ContainerSpec
    {
        Command = "sleep", Arguments = ["1000"], Network = new NetworkWish { Network = "Bridge" }, Ports = PortWish.Parse($"[::1]::{PortInside}"),
    });
    private readonly Socket _listener;

    public RelayedPort()
    {
        _listener = ListenInside();
        Supervisor = RunState.Read(Machine.Root.RunFolder(_container.Container.Id))!.Supervisor!.Value.Pid;
    }

    /// <summary>The process that relays.</summary>
    public int Supervisor { get; }

    public int Descriptors => Directory.GetFileSystemEntries($"/proc/{Supervisor}/fd").Length;

    /// <summary>User and system time that it has used so far, in ticks: proc(5).</summary>
    public long Ticks
    {
        get
        {
            string[] fields = File.ReadAllText($"/proc/{Supervisor}/stat").Split(") ")[1].Split(' ');
            return long.Parse(fields[11]) + long.Parse(fields[12]);
        }
    }

    /// <summary>A client's connection, which may still wait to be relayed.</summary>
    public async Task<Socket> Ask()
    {
        var client = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(IPAddress.IPv6Loopback, _container.Container.Ports.Single().HostPort).WaitAsync(Machine.Patience);
        return client;
    }

    /// <summary>The next connection's end in the container.</summary>
    public async Task<Socket> Answer() => await _listener.AcceptAsync().WaitAsync(Machine.Patience);

    /// <summary>Both ends of a new connection.</summary>
    public async Task<(Socket Client, Socket Server)> Connect()
    {
        Socket client = await Ask();
        return (client, await Answer());
    }

    public void Dispose()
    {
        _listener.Dispose();
        _container.Dispose();
    }

    // A socket stays in the network namespace that it was made in.
    private Socket ListenInside()
    {
        int made = -1;
        int inside = Files.Open($"/proc/{_container.Container.Pid}/ns/net", OpenFlags.ReadOnly);
        NetlinkSocket.OpenIn(inside, _ => made = InternetSockets.TryOpen(isIPv6: false, isStream: true)).Dispose();
        Files.Close(inside);
        var listener = new Socket(new SafeSocketHandle(made, ownsHandle: true));
        listener.Bind(new IPEndPoint(IPAddress.Any, PortInside));
        listener.Listen(512);
        return listener;
    }
}
