namespace PSContainer.Engine.Roots;

/// <summary>How a copy's entries differ from what they are copies of.</summary>
public sealed record CopyManner
{
    /// <summary>Whose the copies are; null keeps user and group.</summary>
    public (uint Uid, uint Gid)? Owner { get; init; }

    /// <summary>Whose numbers the owners of what is copied are; null for this machine's.</summary>
    public RootUsers? From { get; init; }

    /// <summary>Whose numbers the owners of the copies shall be; null for this machine's.</summary>
    public RootUsers? To { get; init; }

    /// <summary>Set-user-id and set-group-id go: what is brought out of a container must give nobody on this machine a privilege.</summary>
    public bool DropsPrivilege { get; init; }

    /// <summary>Device nodes are made; else they are passed over.</summary>
    public bool MakesDevices { get; init; }

    /// <summary>Whom a copy belongs to.</summary>
    internal (uint Uid, uint Gid) OwnerOf(uint uid, uint gid)
    {
        (uint, uint) owner = Owner ?? From?.Inside((uid, gid)) ?? (uid, gid);
        return To?.Outside(owner) ?? owner;
    }

    /// <summary>Told of what was passed over: its name and why.</summary>
    public Action<string, string>? Skipped { get; init; }
}
