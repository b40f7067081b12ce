using System.Collections;
using System.Management.Automation;
using PSContainer.Cmdlets.Base;
using PSContainer.Cmdlets.Binding;
using PSContainer.Engine.Images.Config;

namespace PSContainer.Cmdlets.Images;

/// <summary>What the cmdlets that make an image ask alike: what containers of it are to run, and how.</summary>
public abstract class ImageSettingsCmdlet : ImageCmdlet
{
    /// <summary>What a container of the image runs, program and arguments.</summary>
    [Parameter]
    [Alias("Cmd")]
    public string[]? Command { get; set; }

    /// <summary>What always runs, with the command as its arguments. An image's old command goes with its old entry point.</summary>
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
    public string[]? ExposedPort { get; set; }

    /// <summary>Paths in it that are to be volumes.</summary>
    [Parameter]
    public string[]? Volume { get; set; }

    /// <summary>The signal that asks a container of it to end.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SignalCompleter))]
    public string? StopSignal { get; set; }

    /// <summary>What was given of these; null where nothing was.</summary>
    protected ImageSettings? Settings()
    {
        object?[] given = [Command, Entrypoint, Environment, WorkingDirectory, User, Label, ExposedPort, Volume, StopSignal];
        return given.All(value => value is null) ? null : new ImageSettings
        {
            Command = Command, Entrypoint = Entrypoint, Environment = NameValueAttribute.Pairs(Environment), WorkingDirectory = WorkingDirectory, User = User,
            Labels = NameValueAttribute.Pairs(Label), ExposedPorts = ExposedPort ?? [], Volumes = Volume ?? [], StopSignal = StopSignal,
        };
    }
}
