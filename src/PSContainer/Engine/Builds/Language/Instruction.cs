using PSContainer.Engine.Images.Config;

namespace PSContainer.Engine.Builds.Language;

/// <summary>A step of a Containerfile, read but not expanded: what its variables are is known only when it is built.</summary>
/// <param name="Place">Where it stands.</param>
/// <param name="Text">As it is written, on one line.</param>
public abstract record Instruction(Place Place, string Text);

/// <summary>FROM: begins a stage.</summary>
/// <param name="Base">An image, an earlier stage, or "scratch"; may hold variables of the ARGs before it.</param>
/// <param name="Name">The stage's, in lower case; null where it has none.</param>
public sealed record FromInstruction(Place Place, string Text, string Base, string? Platform, string? Name) : Instruction(Place, Text);

/// <summary>ARG: variables of the build alone.</summary>
public sealed record ArgInstruction(Place Place, string Text, IReadOnlyList<(string Name, string? Default)> Arguments) : Instruction(Place, Text);

public sealed record EnvInstruction(Place Place, string Text, IReadOnlyList<(string Name, string Value)> Pairs) : Instruction(Place, Text);

public sealed record LabelInstruction(Place Place, string Text, IReadOnlyList<(string Name, string Value)> Pairs) : Instruction(Place, Text);

/// <summary>RUN.</summary>
/// <param name="Network">--network, null for the build's own.</param>
public sealed record RunInstruction(Place Place, string Text, CommandLine Command, IReadOnlyList<Heredoc> Documents, string? Network) : Instruction(Place, Text);

/// <summary>COPY and ADD.</summary>
/// <param name="Sources">Patterns, or opened documents.</param>
/// <param name="From">A stage's name or number, or an image; null for the context.</param>
public sealed record CopyInstruction(Place Place, string Text, IReadOnlyList<string> Sources, string Destination, IReadOnlyList<Heredoc> Documents) : Instruction(Place, Text)
{
    public bool IsAdd { get; init; }
    public string? From { get; init; }
    public string? Owner { get; init; }
    public string? Mode { get; init; }
    public string? Checksum { get; init; }
    public IReadOnlyList<string> Excluded { get; init; } = [];

    public string Keyword => IsAdd ? "ADD" : "COPY";
}

public sealed record WorkdirInstruction(Place Place, string Text, string Path) : Instruction(Place, Text);

public sealed record UserInstruction(Place Place, string Text, string User) : Instruction(Place, Text);

public sealed record StopSignalInstruction(Place Place, string Text, string Signal) : Instruction(Place, Text);

public sealed record MaintainerInstruction(Place Place, string Text, string Author) : Instruction(Place, Text);

public sealed record ExposeInstruction(Place Place, string Text, string Ports) : Instruction(Place, Text);

public sealed record VolumeInstruction(Place Place, string Text, IReadOnlyList<string> Paths) : Instruction(Place, Text);

public sealed record CmdInstruction(Place Place, string Text, CommandLine Command) : Instruction(Place, Text);

public sealed record EntrypointInstruction(Place Place, string Text, CommandLine Command) : Instruction(Place, Text);

public sealed record ShellInstruction(Place Place, string Text, IReadOnlyList<string> Shell) : Instruction(Place, Text);

public sealed record HealthcheckInstruction(Place Place, string Text, Healthcheck Check) : Instruction(Place, Text);

/// <summary>ONBUILD: an instruction for whoever builds upon the image.</summary>
public sealed record OnbuildInstruction(Place Place, string Text, string Trigger) : Instruction(Place, Text);
