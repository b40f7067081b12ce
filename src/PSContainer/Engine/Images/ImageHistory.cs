using PSContainer.Engine.Blobs;
using PSContainer.Engine.Images.Config;
using PSContainer.Engine.Layers;
using PSContainer.Engine.Text;

namespace PSContainer.Engine.Images;

/// <summary>A step in which an image was made, as docker history shows it.</summary>
/// <param name="Image">The image's name.</param>
/// <param name="Id">The image's id at the last step; null at the others, whose images nobody has.</param>
/// <param name="Created">null where it is not written down.</param>
/// <param name="CreatedBy">The command, or a Containerfile's line.</param>
/// <param name="Size">Bytes of the files that its layer holds; 0 where it made none.</param>
/// <param name="Layer">What its layer unpacks to; null where it made none.</param>
public sealed record ImageHistoryEntry(string Image, string? Id, DateTimeOffset? Created, string? CreatedBy, long Size, string? Comment, string? Author, string? Layer)
{
    public override string ToString() => Printable.Of(CreatedBy ?? Comment ?? "");
}

/// <summary>How an image came to be, the last step first.</summary>
public static class ImageHistory
{
    public static IReadOnlyList<ImageHistoryEntry> Of(StoredImage image, LayerStore layers)
    {
        var steps = new List<ImageHistoryEntry>();
        var rest = new Queue<Digest>(image.Config.DiffIds);
        foreach (HistoryEntry step in image.Config.History)
            steps.Add(Step(image, step, !step.EmptyLayer && rest.TryDequeue(out Digest layer) ? layer : null, layers));
        // Who made the image need not have told of all layers, or of any.
        foreach (Digest layer in rest) steps.Add(Step(image, new HistoryEntry(), layer, layers));
        if (steps.Count > 0) steps[^1] = steps[^1] with { Id = image.Id.ToString() };
        steps.Reverse();
        return steps;
    }

    private static ImageHistoryEntry Step(StoredImage image, HistoryEntry step, Digest? layer, LayerStore layers)
        => new(image.Name, null, step.Created is { Year: > 1 } created ? created : null, step.CreatedBy, layer is { } digest ? layers.Find(digest)?.Size ?? 0 : 0, step.Comment, step.Author, layer?.ToString());
}
