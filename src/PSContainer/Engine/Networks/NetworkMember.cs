namespace PSContainer.Engine.Networks;

/// <summary>A container as networks know it.</summary>
public sealed record NetworkMember(string Id, string Name);
