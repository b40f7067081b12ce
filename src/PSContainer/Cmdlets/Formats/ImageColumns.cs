using PSContainer.Engine.Images;
using PSContainer.Engine.Text;

namespace PSContainer.Cmdlets.Formats;

/// <summary>What the tables of images show in place of the bare values; the format file calls it.</summary>
public static class ImageColumns
{
    /// <summary>All names, or "(none)".</summary>
    public static string Names(ContainerImage image) => image.Names.Count > 0 ? string.Join(", ", image.Names) : "(none)";

    public static string Created(DateTimeOffset? time) => time is { } known ? ContainerColumns.Age(known) : "";

    /// <summary>The first line of a step's command, with nothing in it that a terminal would obey, and without what docker's builder puts before it.</summary>
    public static string CreatedBy(ImageHistoryEntry step)
    {
        const int longest = 60;
        string text = Printable.Of((step.CreatedBy ?? "").Replace("/bin/sh -c #(nop) ", "").Trim());
        return text.Length > longest ? text[..(longest - 1)] + "…" : text;
    }

    /// <summary>A step's id: only the last one's image is known.</summary>
    public static string Id(ImageHistoryEntry step) => step.Id is { } id ? id["sha256:".Length..][..12] : "(missing)";
}
