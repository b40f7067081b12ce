using System.Text.Json;
using PSContainer.Engine.Containers.Users;
using PSContainer.Engine.Records;
using PSContainer.Engine.Spec;
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

    /// <summary>Who its users are outside; none where they are the host's own.</summary>
    public Listing<IdMapping> UidMappings { get; init; } = [];
    /// <inheritdoc cref="UidMappings"/>
    public Listing<IdMapping> GidMappings { get; init; } = [];
    /// <summary>"Host"; else its ranges of ids, "0:100000:65536", and behind a slash those of its groups where they differ.</summary>
    public string UserNamespace
    {
        get
        {
            if (UidMappings.Count == 0) return UserNamespaceWish.HostWord;
            string uids = string.Join(',', UidMappings), gids = string.Join(',', GidMappings);
            return uids == gids ? uids : $"{uids}/{gids}";
        }
    }

    /// <summary>Nothing is open that is not by default.</summary>
    public bool IsDefault => !Privileged && CapAdd.Count == 0 && Seccomp != SecurityOptions.Unconfined && NoNewPrivileges && Unmasked.Count == 0 && Devices.Count == 0;

    public static ContainerSecurity Of(SecuritySpec spec, UserNamespaceWish users) => new()
    {
        UidMappings = [.. users.Uids], GidMappings = [.. users.Gids],
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
        IdMapping.Write(json, "uidMappings", UidMappings);
        IdMapping.Write(json, "gidMappings", GidMappings);
        json.WriteEndObject();
    }

    internal static ContainerSecurity Read(JsonElement json) => new()
    {
        Privileged = json.Flag("privileged"), NoNewPrivileges = json.Flag("noNewPrivileges"), Seccomp = json.Text("seccomp") ?? "default",
        UidMappings = [.. IdMapping.Read(json, "uidMappings")], GidMappings = [.. IdMapping.Read(json, "gidMappings")],
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
        var said = new List<string>();
        if (UidMappings.Count > 0) said.Add("users=" + UserNamespace);
        if (Privileged) return string.Join(' ', said.Prepend("privileged"));
        said.AddRange(CapAdd.Select(name => "+" + name));
        said.AddRange(CapDrop.Select(name => "-" + name));
        if (Seccomp != "default") said.Add("seccomp=" + Seccomp);
        if (!NoNewPrivileges) said.Add("no-new-privileges=false");
        said.AddRange(Unmasked.Select(path => "unmask=" + path));
        said.AddRange(Devices);
        return said.Count == 0 ? "default" : string.Join(' ', said);
    }
}
