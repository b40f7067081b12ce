namespace PSContainer.Engine.Roots;

/// <summary>How a copy's entries differ from what they are copies of.</summary>
public sealed record CopyManner
{
    /// <summary>Whose the copies are; null keeps user and group.</summary>
    public (uint Uid, uint Gid)? Owner { get; init; }

    /// <summary>Set-user-id and set-group-id go: what is brought out of a container must give nobody on this machine a privilege.</summary>
    public bool DropsPrivilege { get; init; }

    /// <summary>Device nodes are made; else they are passed over.</summary>
    public bool MakesDevices { get; init; }

    /// <summary>Told of what was passed over: its name and why.</summary>
    public Action<string, string>? Skipped { get; init; }
}
