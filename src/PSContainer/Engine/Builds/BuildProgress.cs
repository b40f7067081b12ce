using PSContainer.Engine.Text;

namespace PSContainer.Engine.Builds;

/// <summary>What a build tells while it runs.</summary>
public enum BuildEvent
{
    /// <summary>A step begins.</summary>
    Begun,
    /// <summary>It was done before, and is not done again.</summary>
    Cached,
    /// <summary>It is done.</summary>
    Done,
    /// <summary>A line that its program printed.</summary>
    Output,
    /// <summary>Only asked: it would have to be done.</summary>
    Wanted,
    /// <summary>Something that the user may want to look at.</summary>
    Warning,
}

/// <param name="Number">Of the step, from 1.</param>
/// <param name="Total">How many steps there are.</param>
/// <param name="Stage">Its stage's name.</param>
/// <param name="Text">The instruction, or the line.</param>
public sealed record BuildProgress(BuildEvent Event, int Number, int Total, string Stage, string Text)
{
    /// <summary>"[build 3/7] RUN make".</summary>
    public string Title => $"[{Stage} {Number}/{Total}] {Printable.Of(Text.ReplaceLineEndings(" "))}";
}
