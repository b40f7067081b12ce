using System.Text.Json;
using PSContainer.Engine.Records;
using PSContainer.Engine.Text;

namespace PSContainer.Engine.Containers.Security;

/// <summary>What is open in a container's wall: the default, and what was asked for beside it.</summary>
public sealed record ContainerSecurity
{
    /// <summary>It has everything, and is no wall.</summary>
    public bool Privileged { get; init; }
    /// <summary>Added to the default capabilities: "CAP_SYS_ADMIN", "ALL".</summary>
    public Listing<string> CapAdd { get; init; } = [];
    /// <summary>Taken from them.</summary>
    public Listing<string> CapDrop { get; init; } = [];
    /// <summary>"default", "unconfined", or the file that the profile came from.</summary>
    public string Seccomp { get; init; } = "default";
    /// <summary>No program in it gets more rights than it was started with.</summary>
    public bool NoNewPrivileges { get; init; } = true;
    /// <summary>Paths that are as the kernel has them.</summary>
    public Listing<string> Unmasked { get; init; } = [];
    /// <summary>Devices of this machine, as they were asked for.</summary>
    public Listing<string> Devices { get; init; } = [];

    /// <summary>Nothing is open that is not by default.</summary>
    public bool IsDefault => !Privileged && CapAdd.Count == 0 && Seccomp != SecurityOptions.Unconfined && NoNewPrivileges && Unmasked.Count == 0 && Devices.Count == 0;

    public static ContainerSecurity Of(SecuritySpec spec) => new()
    {
        Privileged = spec.Privileged, CapAdd = [.. spec.CapAdd], CapDrop = [.. spec.CapDrop], NoNewPrivileges = spec.NoNewPrivileges, Unmasked = [.. spec.Options.Unmasked], Devices = [.. spec.Devices, .. spec.DeviceRules],
        Seccomp = spec.Privileged && spec.Options.Seccomp.Kind == SeccompKind.Default ? SecurityOptions.Unconfined : spec.Options.Seccomp.ToString(),
    };

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject("security");
        json.WriteBoolean("privileged", Privileged);
        json.WriteBoolean("noNewPrivileges", NoNewPrivileges);
        json.WriteString("seccomp", Seccomp);
        WriteList(json, "capAdd", CapAdd);
        WriteList(json, "capDrop", CapDrop);
        WriteList(json, "unmasked", Unmasked);
        WriteList(json, "devices", Devices);
        json.WriteEndObject();
    }

    internal static ContainerSecurity Read(JsonElement json) => new()
    {
        Privileged = json.Flag("privileged"), NoNewPrivileges = json.Flag("noNewPrivileges"), Seccomp = json.Text("seccomp") ?? "default",
        CapAdd = [.. json.Strings("capAdd")], CapDrop = [.. json.Strings("capDrop")], Unmasked = [.. json.Strings("unmasked")], Devices = [.. json.Strings("devices")],
    };

    private static void WriteList(Utf8JsonWriter json, string name, Listing<string> values)
    {
        if (values.Count == 0) return;
        json.WriteStartArray(name);
        foreach (string value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }

    /// <summary>"default", "privileged", "+SYS_ADMIN -CHOWN seccomp=unconfined".</summary>
    public override string ToString()
    {
        if (Privileged) return "privileged";
        var said = new List<string>();
        said.AddRange(CapAdd.Select(name => "+" + name));
        said.AddRange(CapDrop.Select(name => "-" + name));
        if (Seccomp != "default") said.Add("seccomp=" + Seccomp);
        if (!NoNewPrivileges) said.Add("no-new-privileges=false");
        said.AddRange(Unmasked.Select(path => "unmask=" + path));
        said.AddRange(Devices);
        return said.Count == 0 ? "default" : string.Join(' ', said);
    }
}
