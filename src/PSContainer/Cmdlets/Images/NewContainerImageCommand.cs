using System.Collections;
using System.Management.Automation;
using PSContainer.Cmdlets.Base;
using PSContainer.Cmdlets.Binding;
using PSContainer.Engine.Containers;
using PSContainer.Engine.Images;

namespace PSContainer.Cmdlets.Images;

/// <summary>New-ContainerImage: an image of what a container has become; docker commit.</summary>
[Cmdlet(VerbsCommon.New, "ContainerImage", SupportsShouldProcess = true)]
[OutputType(typeof(ContainerImage))]
public sealed class NewContainerImageCommand : ImageCmdlet
{
    /// <summary>Names, ids or their beginnings, wildcards, or the objects.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Id", "ContainerId")]
    [ArgumentCompleter(typeof(ContainerNameCompleter))]
    [ValidateNotNullOrEmpty]
    public object[] Container { get; set; } = [];

    /// <summary>What the image is to be called: 'app:2'. A name that another image has becomes this one's.</summary>
    [Parameter(Position = 1)]
    [Alias("Tag")]
    [ArgumentCompleter(typeof(ImageNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = [];

    [Parameter]
    public string? Author { get; set; }

    /// <summary>A line for the image's history.</summary>
    [Parameter]
    [Alias("Comment")]
    public string? Message { get; set; }

    /// <summary>What a container of the image runs, program and arguments.</summary>
    [Parameter]
    [Alias("Cmd")]
    public string[]? Command { get; set; }

    /// <summary>What always runs, with the command as its arguments. The image's old command goes with its old entry point.</summary>
    [Parameter]
    public string[]? Entrypoint { get; set; }

    [Parameter]
    [Alias("Env")]
    [NameValue]
    public IDictionary? Environment { get; set; }

    [Parameter]
    [Alias("Cwd")]
    public string? WorkingDirectory { get; set; }

    /// <summary>A name, name:group, or numbers, as the image's own passwd has them.</summary>
    [Parameter]
    public string? User { get; set; }

    [Parameter]
    [NameValue]
    public IDictionary? Label { get; set; }

    /// <summary>Ports that a container of it listens on: 8080, '53/udp'.</summary>
    [Parameter]
    public string[] ExposedPort { get; set; } = [];

    /// <summary>Paths in it that are to be volumes.</summary>
    [Parameter]
    public string[] Volume { get; set; } = [];

    /// <summary>The signal that asks a container of it to end.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SignalCompleter))]
    public string? StopSignal { get; set; }

    protected override void ProcessRecord()
    {
        foreach (object wanted in Container)
        {
            Container[] found = [];
            if (!Try(wanted, () => found = [.. Resolve(wanted)])) continue;
            foreach (Container container in found) Try(container, () => Commit(container));
        }
    }

    private void Commit(Container container)
    {
        ImageReference[] names = [.. Name.Select(ImageReference.ParseName)];
        if (!ShouldProcess(container.Name, names.Length > 0 ? $"Make the image {string.Join(", ", names.Select(name => name.ShortName))} of it" : "Make an image of it")) return;
        var changes = new ImageChanges
        {
            Author = Author, Command = Command, Entrypoint = Entrypoint, Environment = NameValueAttribute.Pairs(Environment), WorkingDirectory = WorkingDirectory, User = User,
            Labels = NameValueAttribute.Pairs(Label), ExposedPorts = ExposedPort, Volumes = Volume, StopSignal = StopSignal,
        };
        StoredImage image = Watch("Make an image of " + container.Name, (progress, cancelled) => new ImageCommit(Engine).Commit(container, changes, Message, names, progress, cancelled));
        WriteObject(View([image]), enumerateCollection: true);
    }
}
