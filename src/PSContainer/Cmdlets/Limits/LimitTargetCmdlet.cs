using PSContainer.Cmdlets.Base;
using PSContainer.Engine.Containers.Limits;

namespace PSContainer.Cmdlets.Limits;

/// <summary>A cmdlet about limits: its targets are containers, or any processes.</summary>
public abstract class LimitTargetCmdlet : ProcessTargetCmdlet
{
    private ContainerLimits? _limits;

    protected ContainerLimits Limits => _limits ??= new ContainerLimits(Engine.Store);

    protected override string NotUnderstoodId => "LimitTargetNotUnderstood";
}
