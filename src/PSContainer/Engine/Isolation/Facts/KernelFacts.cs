namespace PSContainer.Engine.Isolation.Facts;

/// <summary>The kernel, which no namespace parts.</summary>
internal static class KernelFacts
{
    public static void Add(Comparison pair, List<IsolationFact> facts)
        => facts.Add(pair.Fact(IsolationAspect.Kernel, null, pair.Host.Kernel, pair.Container.Kernel, false, "One kernel serves all: a container is processes of this machine, and brings no kernel with it."));
}
