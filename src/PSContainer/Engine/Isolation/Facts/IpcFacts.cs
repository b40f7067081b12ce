using PSContainer.Engine.Isolation.Sides;
using PSContainer.Engine.Namespaces;

namespace PSContainer.Engine.Isolation.Facts;

/// <summary>What ipcs(1) shows on either side (sysvipc(7)).</summary>
internal static class IpcFacts
{
    public static void Add(Comparison pair, List<IsolationFact> facts)
        => facts.Add(pair.Decided(IsolationAspect.IpcObjects, NamespaceType.Ipc, Text(pair.Host.Inside), Text(pair.Container.Inside),
            "Shared memory, semaphores and message queues of System V are found by their keys in its own namespace alone.", $"Both find each other's by their keys."));

    private static string? Text(InsideSight? inside)
    {
        if (inside is null) return null;
        (int memory, int semaphores, int queues) = inside.Ipc;
        return memory + semaphores + queues == 0 ? "none" : $"{memory} shm, {semaphores} sem, {queues} msg";
    }
}
