using PSContainer.Engine;
using PSContainer.Engine.Seccomp;
using PSContainer.Engine.State;
using PSContainer.Kernel;

namespace PSContainer.Runtime.Child;

/// <summary>Hands the descriptor that a filter asks through to the agent who answers (linux.seccomp.listenerPath), with the container's state.</summary>
internal static class SeccompAgent
{
    /// <exception cref="EngineException">SeccompListenerMissing: nobody waits there.</exception>
    public static void Tell(SeccompListener to, RunState state, ContainerStatus status, int pid, int listener)
    {
        try
        {
            DescriptorPassing.Send(to.Path, state.ToAgent(status, pid, to.Metadata), listener);
        }
        catch (KernelException failure)
        {
            throw new EngineException("SeccompListenerMissing", Reason.NotFound, $"The seccomp agent at '{to.Path}' can't be told of the container: {KernelException.Describe(failure.Errno)}.",
                "Start the agent first; linux.seccomp.listenerPath names its socket.", failure);
        }
    }
}
