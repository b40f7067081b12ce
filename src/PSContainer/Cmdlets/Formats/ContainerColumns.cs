using PSContainer.Engine.Containers;
using PSContainer.Engine.State;
using PSContainer.Engine.Text;

namespace PSContainer.Cmdlets.Formats;

/// <summary>What the tables show in place of the bare values; the format file calls it.</summary>
public static class ContainerColumns
{
    /// <summary>"Running", "Stopped (137)", "Stopped (OOM)"; with a '!' behind it where the container is privileged, and so no wall.</summary>
    public static string Status(Container container) => Bare(container) + (container.Security.Privileged ? "!" : "");

    private static string Bare(Container container) => container.Status switch
    {
        ContainerStatus.Stopped when container.OomKilled => "Stopped (OOM)",
        ContainerStatus.Stopped when container.ExitCode is { } code => $"Stopped ({code})",
        var status => status.ToString(),
    };

    /// <summary>The command on one line, with nothing in it that a terminal would obey.</summary>
    public static string Command(Container container)
    {
        const int longest = 24;
        string shown = Printable.Of(container.Command);
        return shown.Length > longest ? shown[..(longest - 1)] + "…" : shown;
    }

    /// <summary>A line of a container's output, with nothing in it that a terminal would obey.</summary>
    public static string Text(string line) => Printable.Of(line);

    /// <summary>"5 minutes ago".</summary>
    public static string Age(DateTimeOffset time)
    {
        TimeSpan age = DateTimeOffset.Now - time;
        return age switch
        {
            { TotalSeconds: < 2 } => "just now",
            { TotalSeconds: < 120 } => $"{(int)age.TotalSeconds} seconds ago",
            { TotalMinutes: < 120 } => $"{(int)age.TotalMinutes} minutes ago",
            { TotalHours: < 48 } => $"{(int)age.TotalHours} hours ago",
            _ => $"{(int)age.TotalDays} days ago",
        };
    }

    /// <summary>Bytes with a unit: "40.0 MiB".</summary>
    public static string Size(long? bytes) => bytes is { } value ? SizeText.InColumn(value) : "";
}
