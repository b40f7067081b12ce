using PSContainer.Engine.Builds.Context;
using PSContainer.Engine.Builds.Scope;
using PSContainer.Engine.Cgroups.Limits;
using PSContainer.Engine.Images;
using PSContainer.Engine.Networks;
using PSContainer.Engine.Text;

namespace PSContainer.Engine.Builds;

/// <summary>What somebody wants built.</summary>
/// <param name="Context">The files, and the Containerfile.</param>
public sealed record BuildRequest(BuildContext Context)
{
    /// <summary>None: the image has no name.</summary>
    public IReadOnlyList<ImageReference> Names { get; init; } = [];
    /// <summary>Values of ARGs.</summary>
    public IReadOnlyDictionary<string, string> Arguments { get; init; } = new Dictionary<string, string>();
    /// <summary>Added to the image's.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
    /// <summary>The stage to stop at; null for the last.</summary>
    public string? Target { get; init; }
    /// <summary>Do every step anew.</summary>
    public bool NoCache { get; init; }
    /// <summary>Ask for images anew that are here already.</summary>
    public bool Pull { get; init; }
    /// <summary>What RUN reaches where it does not say itself.</summary>
    public string Network { get; init; } = ContainerNetwork.DefaultName;
    /// <summary>Of each RUN.</summary>
    public ContainerLimit Limit { get; init; } = new();
    /// <summary>The one time that a reproducible build has; null for the clock's.</summary>
    public DateTimeOffset? Epoch { get; init; }

    /// <summary>SOURCE_DATE_EPOCH, as an argument of the build or else in this process's environment: seconds since 1970.</summary>
    /// <exception cref="EngineException">EpochInvalid.</exception>
    public static DateTimeOffset? ParseEpoch(IReadOnlyDictionary<string, string> arguments)
    {
        string? text = arguments.GetValueOrDefault(BuildArguments.Epoch) ?? Environment.GetEnvironmentVariable(BuildArguments.Epoch);
        if (string.IsNullOrEmpty(text)) return null;
        // The last second of the year 9999.
        const long latest = 253402300799;
        return long.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out long seconds) && seconds <= latest ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : throw new EngineException("EpochInvalid", Reason.InvalidInput, $"{BuildArguments.Epoch} is '{Printable.Of(text)}'.", "Set it to seconds since 1970, or leave it out.");
    }
}
