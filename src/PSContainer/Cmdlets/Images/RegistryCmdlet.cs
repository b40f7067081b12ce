using System.Management.Automation;
using PSContainer.Cmdlets.Base;
using PSContainer.Engine.Registry;
using PSContainer.Engine.Registry.Credentials;

namespace PSContainer.Cmdlets.Images;

/// <summary>What the cmdlets that talk to a registry ask alike; the names are Invoke-WebRequest's.</summary>
public abstract class RegistryCmdlet : ImageCmdlet
{
    private static readonly RegistryOptions s_usual = new();

    /// <summary>For the registry; without it, what docker login or podman login left is used.</summary>
    [Parameter]
    [Credential]
    [ValidateNotNull]
    public PSCredential Credential { get; set; } = PSCredential.Empty;

    /// <summary>Plain HTTP, where the registry knows nothing better. One on this machine may use it unasked.</summary>
    [Parameter]
    public SwitchParameter AllowUnencrypted { get; set; }

    /// <summary>Any certificate will do.</summary>
    [Parameter]
    public SwitchParameter SkipCertificateCheck { get; set; }

    [Parameter]
    [ValidateRange(1, 86400)]
    public int ConnectionTimeoutSeconds { get; set; } = (int)s_usual.ConnectionTimeout.TotalSeconds;

    /// <summary>The longest time without a byte.</summary>
    [Parameter]
    [ValidateRange(1, 86400)]
    public int OperationTimeoutSeconds { get; set; } = (int)s_usual.OperationTimeout.TotalSeconds;

    /// <summary>How often a request is made again that failed by what may pass.</summary>
    [Parameter]
    [ValidateRange(0, 1000)]
    public int MaximumRetryCount { get; set; } = s_usual.MaximumRetryCount;

    protected RegistryOptions Options() => new()
    {
        Credential = Credential == PSCredential.Empty ? null : new RegistryCredential(Credential.UserName, Credential.GetNetworkCredential().Password, "-Credential"),
        AllowUnencrypted = AllowUnencrypted,
        SkipCertificateCheck = SkipCertificateCheck,
        ConnectionTimeout = TimeSpan.FromSeconds(ConnectionTimeoutSeconds),
        OperationTimeout = TimeSpan.FromSeconds(OperationTimeoutSeconds),
        MaximumRetryCount = MaximumRetryCount,
    };
}
