namespace PSContainer.Engine.Networks.Ports;

/// <summary>What a port belongs to.</summary>
public enum PortProtocol
{
    Tcp,
    Udp,
}
