using System.Collections;
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
        IEnumerable<HostCheck> checks = HostChecks.Run(Engine).Prepend(PowerShell());
        if (Quiet) WriteObject(checks.All(check => check.Passed));
        else WriteObject(checks, enumerateCollection: true);
    });

    // The manifest asks for it as well; not everybody imports by the manifest.
    private HostCheck PowerShell()
    {
        string version = (SessionState.PSVariable.GetValue("PSVersionTable") as Hashtable)?["PSVersion"]?.ToString() ?? "";
        string found = $"PowerShell {version} on .NET {System.Environment.Version}.";
        return Version.TryParse(version.Split('-')[0], out Version? number) && number >= new Version(7, 6)
            ? new("powershell", CheckStatus.Ok, found)
            : new("powershell", CheckStatus.Failed, found, "Use PowerShell 7.6 or later.");
    }
}
