using System.Net;
using System.Net.Sockets;
using PSContainer.Engine.Text;
using PSContainer.Kernel;

namespace PSContainer.Engine.Networks.Ports;

/// <summary>
/// A port of this machine, held by a socket on it: the kernel gives it to one holder, whoever asks, and takes it back when that one
/// ends, however it ends. What the firewall does not lead to the container arrives here.
/// </summary>
public sealed class PortListener : IDisposable
{
    private PortListener(int socket, PortBinding binding, bool isIPv6) => (Socket, Binding, IsIPv6) = (socket, binding, isIPv6);

    /// <summary>Non-blocking; listens where it is TCP.</summary>
    public int Socket { get; private set; }

    /// <summary>What was wished, with the port that it came to.</summary>
    public PortBinding Binding { get; }

    public bool IsIPv6 { get; }

    /// <summary>Takes the port.</summary>
    /// <param name="binding">Port 0 takes one that is free.</param>
    /// <param name="holder">Says who has a port that is taken, where that can be told.</param>
    /// <exception cref="EngineException">PortInUse, PortDenied, PortAddressUnknown, PortsExhausted.</exception>
    public static PortListener Take(PortBinding binding, Func<PortBinding, string?> holder)
    {
        bool isIPv6 = binding.HostAddress is null or { AddressFamily: AddressFamily.InterNetworkV6 };
        bool isStream = binding.Protocol == PortProtocol.Tcp;
        int socket = InternetSockets.TryOpen(isIPv6, isStream);
        if (socket < 0 && Syscall.Last == Errno.EAFNOSUPPORT && binding.HostAddress is null)
            socket = InternetSockets.TryOpen(isIPv6 = false, isStream);
        if (socket < 0) throw Refused(binding, Syscall.Last, holder);

        if (isIPv6) InternetSockets.SetOnlyIPv6(socket, binding.HostAddress is not null);
        if (isStream) InternetSockets.SetReuseAddress(socket);
        else InternetSockets.SetPacketInformation(socket, isIPv6);
        IPAddress address = binding.HostAddress ?? (isIPv6 ? IPAddress.IPv6Any : IPAddress.Any);
        if (!InternetSockets.TryBind(socket, new SocketName(address, binding.HostPort)) || isStream && !InternetSockets.TryListen(socket))
        {
            Errno error = Syscall.Last;
            Files.Close(socket);
            throw Refused(binding, error, holder);
        }
        return new PortListener(socket, binding with { HostPort = InternetSockets.Port(socket) }, isIPv6);
    }

    public void Dispose()
    {
        if (Socket >= 0) Files.Close(Socket);
        Socket = -1;
    }

    private static EngineException Refused(PortBinding binding, Errno error, Func<PortBinding, string?> holder)
    {
        string what = $"{binding.Protocol.ToString().ToUpperInvariant()} port {binding.HostPort}" + (binding.HostAddress is null ? "" : $" of {binding.HostAddress}");
        return error switch
        {
            Errno.EADDRINUSE => new("PortInUse", Reason.AlreadyExists, $"{what} is in use{(holder(binding) is { } name ? " by " + Printable.Of(name) : "")}.", $"Choose another port, or a free one: -Publish :{binding.ContainerPort}."),
            Errno.EACCES or Errno.EPERM => new("PortDenied", Reason.NoPermission, $"{what} can't be taken: no permission.", "Run as root (sudo pwsh), or choose a port from 1024 up."),
            Errno.EADDRNOTAVAIL or Errno.EAFNOSUPPORT or Errno.EINVAL => new("PortAddressUnknown", Reason.InvalidInput, $"{binding.HostAddress} is no address of this machine.", "'ip addr' lists them; without an address the port is taken on all."),
            _ => new("PortsExhausted", Reason.Exhausted, $"{what} can't be taken: {KernelException.Describe(error)}.", "Publish fewer ports, or raise the limit of open files (ulimit -n)."),
        };
    }
}
