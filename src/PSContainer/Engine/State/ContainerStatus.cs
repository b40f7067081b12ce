namespace PSContainer.Engine.State;

/// <summary>runtime.md's states, and "paused" as runc and docker have it.</summary>
public enum ContainerStatus
{
    /// <summary>It is being made, or a making was cut off.</summary>
    Creating,
    /// <summary>All is there but the start.</summary>
    Created,
    Running,
    Paused,
    Stopped,
}
