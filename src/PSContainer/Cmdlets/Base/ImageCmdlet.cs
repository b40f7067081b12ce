using System.Management.Automation;
using PSContainer.Cmdlets.Binding;
using PSContainer.Engine;
using PSContainer.Engine.Images;
using PSContainer.Engine.Layers;
using PSContainer.Engine.Registry;
using PSContainer.Engine.Storage;

namespace PSContainer.Cmdlets.Base;

/// <summary>What the cmdlets about images share.</summary>
public abstract class ImageCmdlet : ContainerCmdlet
{
    private readonly CancellationTokenSource _stopped = new();

    /// <summary>Ctrl+C.</summary>
    protected CancellationToken Stopped => _stopped.Token;

    protected ImageStore Store => Engine.Images;

    protected override void StopProcessing() => _stopped.Cancel();

    /// <summary>Images as PowerShell shows them; who uses what is looked up once for all of them, when somebody asks.</summary>
    protected IEnumerable<ContainerImage> View(IEnumerable<StoredImage> images)
    {
        var use = new Lazy<IImageUse>(() => new StorageUse(Store, Engine.Store));
        return images.Select(image => new ContainerImage(image, use));
    }

    /// <summary>The images that a user means: by name, id or its beginning, wildcard, or as an object; no match of a wildcard is no error.</summary>
    /// <exception cref="EngineException"/>
    protected IEnumerable<StoredImage> ResolveImages(object wanted)
    {
        string text = TextOf(wanted);
        if (PatternIn(wanted) is not { } pattern) return [Store.Get(text)];
        return Store.All(broken => WriteError(ErrorTable.Record(broken, text))).Where(image => image.Names.Any(name => Matches(pattern, name)));
    }

    /// <summary>With the tag, with the registry, or the image's name alone.</summary>
    protected static bool Matches(WildcardPattern pattern, ImageReference name) => pattern.IsMatch(name.ShortName) || pattern.IsMatch(name.FullName);

    /// <summary>Of an image's names those that were said, by one or by a wildcard; none where it was an id, or the image itself.</summary>
    protected static ImageReference[] NamesMeant(StoredImage image, object wanted)
    {
        string text = TextOf(wanted);
        return PatternIn(wanted) is { } pattern ? [.. image.Names.Where(name => Matches(pattern, name))] : [.. image.Names.Where(name => name.FullName == ImageReference.TryParse(text)?.FullName)];
    }

    /// <summary>A text's wildcards; what an object says is meant as it stands.</summary>
    protected static WildcardPattern? PatternIn(object wanted) => PSObject.AsPSObject(wanted).BaseObject is string text ? Wildcards(text) : null;

    /// <summary>What names the image: an image object is its digest, a container the id of its image.</summary>
    /// <exception cref="EngineException">ImageInputNotUnderstood: neither text, nor an image, nor something that names one.</exception>
    protected static string TextOf(object wanted)
    {
        PSObject whole = PSObject.AsPSObject(wanted);
        if (whole.BaseObject is ContainerImage image) return image.Digest;
        if (PipedObject.IsWord(whole.BaseObject)) return whole.BaseObject.ToString() ?? "";
        string? text = PipedObject.Text(whole, "ImageId");
        // A row of a container's without an image below it has the column, and nothing in it.
        if (text is null && whole.Properties["ImageId"] is null && PipedObject.IsOrRow(whole, typeof(ContainerImage), typeof(SubmittedImage)))
            text = PipedObject.IdOf(whole, "ImageInputNotUnderstood", "image") ?? PipedObject.Text(whole, "Name");
        return text ?? throw PipedObject.Foreign(whole, "ImageInputNotUnderstood", "image");
    }

    /// <summary>Does lengthy work beside the pipeline, and shows how far it is; Ctrl+C ends it.</summary>
    protected T Watch<T>(string activity, Func<IProgress<LayerProgress>, CancellationToken, T> work)
    {
        using var bars = new LayerBars(this, activity);
        return bars.Watch(work, Stopped);
    }
}
