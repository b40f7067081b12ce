using System.Net;
using PSContainer.Engine.Networks.Firewall;
using PSContainer.Engine.Records;
using PSContainer.Engine.State;

namespace PSContainer.Engine.Networks.Ports;

/// <summary>ports.json in the run folder: what a running container has published, and what has to be taken back when it ends.</summary>
public sealed record PortState
{
    public const string FileName = "ports.json";

    public required string ContainerName { get; init; }
    public IReadOnlyList<PortBinding> Bindings { get; init; } = [];
    /// <summary>The container's addresses that the ports lead to.</summary>
    public IPAddress? Address4 { get; init; }
    public IPAddress? Address6 { get; init; }
    /// <summary>The firewall leads to the container; otherwise the supervisor carries everything itself.</summary>
    public bool IsByFirewall { get; init; }

    /// <exception cref="EngineException">StateCorrupt.</exception>
    public static PortState? Read(string runFolder) => JsonFile.Read(Path.Combine(runFolder, FileName), json => new PortState
    {
        ContainerName = json.RequiredText("container"),
        Bindings = [.. json.Strings("ports").SelectMany(PortWish.Parse)],
        Address4 = json.Text("address4") is { } four ? IPAddress.Parse(four) : null,
        Address6 = json.Text("address6") is { } six ? IPAddress.Parse(six) : null,
        IsByFirewall = json.Flag("firewall"),
    });

    /// <summary>null also where it can't be read.</summary>
    public static PortState? TryRead(string runFolder)
    {
        try
        {
            return File.Exists(Path.Combine(runFolder, FileName)) ? Read(runFolder) : null;
        }
        catch (EngineException)
        {
            return null;
        }
    }

    public void Write(string runFolder) => JsonFile.Write(Path.Combine(runFolder, FileName), json =>
    {
        json.WriteString("container", ContainerName);
        json.WriteStartArray("ports");
        foreach (PortBinding binding in Bindings) json.WriteStringValue(binding.ToString());
        json.WriteEndArray();
        if (Address4 is not null) json.WriteString("address4", Address4.ToString());
        if (Address6 is not null) json.WriteString("address6", Address6.ToString());
        json.WriteBoolean("firewall", IsByFirewall);
    });

    /// <summary>
    /// Takes out of the firewall what a container's supervisor could not, because it was killed; the sockets went with it. To be
    /// called before the run folder goes.
    /// </summary>
    /// <exception cref="EngineException"><see cref="FirewallRun.Finish"/></exception>
    public static void Clear(StorageRoot root, string id)
    {
        using PortRelease? release = BeginClear(root, id);
        release?.Finish();
    }

    /// <summary>The same, beside the caller; null where there is nothing to take out.</summary>
    public static PortRelease? BeginClear(StorageRoot root, string id)
    {
        if (TryRead(root.RunFolder(id)) is not { IsByFirewall: true } state) return null;
        var firewall = new NetworkFirewall(root);
        return new PortRelease(state, firewall.BeginRemoval(firewall.NewChange().Unpublish(state.Bindings, state.Address4, state.Address6)));
    }
}
