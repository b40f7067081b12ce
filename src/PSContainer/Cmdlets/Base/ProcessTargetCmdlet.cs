using System.Diagnostics;
using System.Management.Automation;
using PSContainer.Cmdlets.Binding;
using PSContainer.Engine;
using PSContainer.Engine.Containers;

namespace PSContainer.Cmdlets.Base;

/// <summary>A cmdlet whose targets are containers, or any processes.</summary>
public abstract class ProcessTargetCmdlet : ContainerCmdlet
{
    protected const string OfContainer = "Container", OfProcess = "Process";

    /// <summary>The id of the error about an object that is neither.</summary>
    protected abstract string NotUnderstoodId { get; }

    /// <summary>The work on one container; what it throws becomes that container's error.</summary>
    protected abstract void Act(Container container);

    /// <summary>The work on one process.</summary>
    protected abstract void Act(int processId);

    /// <summary>Each target by itself, whatever it came as.</summary>
    protected void ActOnEach(IEnumerable<object> targets)
    {
        foreach (object wanted in targets)
        {
            int? processId = null;
            Container[] containers = [];
            if (!Try(Plain(wanted), () => (processId, containers) = Find(wanted))) continue;
            if (processId is { } process) Try(Plain(wanted), () => Act(process));
            foreach (Container container in containers) Try(container, () => Act(container));
        }
    }

    protected void ActOnEach(IEnumerable<int> processIds)
    {
        foreach (int processId in processIds) Try(processId, () => Act(processId));
    }

    /// <summary>What one target means: a process, or containers.</summary>
    protected (int? ProcessId, Container[] Containers) Find(object wanted)
    {
        switch (Plain(wanted))
        {
            case Process process:
                // A process object outlives its process; its number may be somebody else's by now.
                return process.HasExited
                    ? throw new EngineException("ProcessNotFound", Reason.NotFound, $"The process {process.Id} has ended.")
                    : (process.Id, []);
            case string or Container:
                return (null, [.. Resolve(wanted)]);
            case int or long:
                return (null, [.. ResolveNumber(wanted)]);
            default:
                return Described(PSObject.AsPSObject(wanted));
        }
    }

    // At the prompt "4204" comes as a number: it may be a container's name, or the user has forgotten -ProcessId.
    private IEnumerable<Container> ResolveNumber(object wanted)
    {
        try
        {
            return Resolve(wanted);
        }
        catch (EngineException failure) when (failure.Id == "ContainerNotFound")
        {
            throw new EngineException(failure.Id, failure.Reason, failure.Message, $"For a process: -ProcessId {wanted}.", failure);
        }
    }

    // Any object that says which process or container it is about; a process's that has travelled says nothing about this machine.
    private (int? ProcessId, Container[] Containers) Described(PSObject input)
    {
        // What tells of a container has its process's number as well.
        if (PipedObject.Text(input, "ContainerId") is { } id) return (null, [.. Resolve(id)]);
        if (!input.TypeNames.FirstOrDefault("").StartsWith("Deserialized.", StringComparison.Ordinal))
            foreach (string name in (ReadOnlySpan<string>)["ProcessId", "Id"])
                if (input.Properties[name]?.Value is int processId) return (processId, []);
        if (NameIn(input) is { } container) return (null, [.. Resolve(container)]);
        throw new EngineException(NotUnderstoodId, Reason.InvalidInput, $"'{input}' is neither a container nor a process of this machine.", "Give a container's name, or -ProcessId.");
    }

    protected static object Plain(object value) => value is PSObject wrapped ? wrapped.BaseObject : value;
}
