using System.Management.Automation;
using PSContainer.Cmdlets.Base;
using PSContainer.Engine.Host;

namespace PSContainer.Cmdlets.Host;

/// <summary>Get-ContainerHost: this machine as containers see it; docker info.</summary>
[Cmdlet(VerbsCommon.Get, "ContainerHost")]
[OutputType(typeof(ContainerHost))]
public sealed class GetContainerHostCommand : ContainerCmdlet
{
    protected override void ProcessRecord()
        => Try(null, () => WriteObject(HostReader.Read(Engine, broken => WriteError(ErrorTable.Record(broken, null)))));
}
