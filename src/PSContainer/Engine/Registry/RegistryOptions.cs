using PSContainer.Engine.Registry.Credentials;

namespace PSContainer.Engine.Registry;

/// <summary>How a registry is talked to. The names of the limits are those of Invoke-WebRequest's parameters.</summary>
public sealed record RegistryOptions
{
    /// <summary>null: what docker's and podman's files hold, else none.</summary>
    public RegistryCredential? Credential { get; init; }

    /// <summary>The files, in the order in which they are asked.</summary>
    public IReadOnlyList<string> CredentialFiles { get; init; } = CredentialFile.Known();

    /// <summary>Plain HTTP where there is no HTTPS. A registry on this machine may do so without being asked.</summary>
    public bool AllowUnencrypted { get; init; }

    /// <summary>Takes any certificate.</summary>
    public bool SkipCertificateCheck { get; init; }

    public TimeSpan ConnectionTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The longest time without a byte.</summary>
    public TimeSpan OperationTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often one and the same request is made again before it has failed.</summary>
    public int MaximumRetryCount { get; init; } = 4;

    /// <summary>Before the first retry; each one after it waits twice as long.</summary>
    public TimeSpan RetryInterval { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>A registry that wants a longer pause is taken at its word: that is an error.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(60);
}
