using System.Management.Automation;
using PSContainer.Cmdlets.Base;
using PSContainer.Engine.Host;

namespace PSContainer.Cmdlets.Host;

/// <summary>Test-ContainerHost: whether containers can run here, what is missing, and how to mend it.</summary>
[Cmdlet(VerbsDiagnostic.Test, "ContainerHost")]
[OutputType(typeof(HostCheck), typeof(bool))]
public sealed class TestContainerHostCommand : ContainerCmdlet
{
    /// <summary>Only $true or $false: containers can run here, or they can't.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    protected override void ProcessRecord() => Try(null, () =>
    {
        if (Quiet) WriteObject(HostChecks.Run(Engine).All(check => check.Passed));
        else WriteObject(HostChecks.Run(Engine), enumerateCollection: true);
    });
}
