using System.Text.Json;
using PSContainer.Engine.Records;
using PSContainer.Kernel;

namespace PSContainer.Engine.Networks.Ports;

/// <summary>What can be asked of a running container's supervisor.</summary>
public enum ControlAction
{
    PublishPort,
    UnpublishPort,
    /// <summary>Its networks have changed: where its ports lead may be another address now.</summary>
    FollowNetwork,
}

/// <summary>
/// A word with a supervisor: one JSON object there and one back, over a socket in the container's run folder, which only
/// its owner can enter.
/// </summary>
/// <param name="Action">What is asked.</param>
/// <param name="Ports">About which ports.</param>
public sealed record ControlRequest(ControlAction Action, IReadOnlyList<PortBinding> Ports)
{
    public const string SocketName = "control";

    /// <summary>More than a request for every port there is.</summary>
    public const int Longest = 4 << 20;

    /// <summary>Asks, and waits for the answer: the ports as they came to be.</summary>
    /// <exception cref="EngineException">What stands against it; SupervisorGone where nobody answers.</exception>
    public IReadOnlyList<PortBinding> Send(string runFolder)
    {
        try
        {
            int socket = Sockets.Connect(runFolder, SocketName);
            try
            {
                if (!Files.Write(socket, ToJson())) throw new KernelException("write", Syscall.Last, SocketName);
                return ReadAnswer(socket);
            }
            finally
            {
                Files.Close(socket);
            }
        }
        catch (KernelException failure)
        {
            throw new EngineException("SupervisorGone", Reason.WrongState, $"The container's supervisor can't be asked: {failure.Message}", "The container has just ended, or its supervisor was killed (Repair-ContainerStorage clears up).", failure);
        }
    }

    public byte[] ToJson() => JsonFile.Bytes(json =>
    {
        json.WriteString("action", Action.ToString());
        WritePorts(json, Ports);
    }, indented: false);

    /// <exception cref="EngineException">ControlInvalid, and those of <see cref="PortWish.Parse"/>.</exception>
    public static ControlRequest Parse(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            JsonElement request = JsonFile.Parse(bytes);
            return new ControlRequest(Enum.Parse<ControlAction>(request.RequiredText("action")), ReadPorts(request));
        }
        catch (Exception broken) when (broken is JsonException or ArgumentException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new EngineException("ControlInvalid", Reason.InvalidInput, "This request is none that a supervisor knows.", "The module and the container's supervisor may be of different versions: restart the container.", broken);
        }
    }

    /// <summary>The answer where it was done.</summary>
    public static byte[] Answer(IReadOnlyList<PortBinding> ports) => JsonFile.Bytes(json => WritePorts(json, ports), indented: false);

    private static IReadOnlyList<PortBinding> ReadAnswer(int socket)
    {
        var buffer = new byte[Longest];
        int count = Files.Read(socket, buffer);
        if (count <= 0) throw new KernelException("read", count < 0 ? Syscall.Last : Errno.ECONNRESET, SocketName);
        JsonElement answer = JsonFile.Parse(buffer.AsMemory(0, count));
        EngineFailure.ThrowIn(answer);
        return ReadPorts(answer);
    }

    private static void WritePorts(Utf8JsonWriter json, IReadOnlyList<PortBinding> ports)
    {
        json.WriteStartArray("ports");
        foreach (PortBinding port in ports) json.WriteStringValue(port.ToString());
        json.WriteEndArray();
    }

    private static IReadOnlyList<PortBinding> ReadPorts(JsonElement json) => [.. json.Strings("ports").SelectMany(PortWish.Parse)];
}
