using PSContainer.Engine.Builds.Language;
using PSContainer.Engine.Builds.Scope;
using PSContainer.Engine.Cgroups.Limits;
using PSContainer.Engine.Commands;
using PSContainer.Engine.Containers;
using PSContainer.Engine.Containers.Wishes;
using PSContainer.Engine.Images;
using PSContainer.Engine.Logs;
using PSContainer.Engine.Networks;
using PSContainer.Engine.Plan.Build.Root;
using PSContainer.Engine.Text;

namespace PSContainer.Engine.Builds.Steps;

/// <summary>RUN: a container of the image so far runs the command; what it wrote is the step's outcome.</summary>
internal sealed class RunStep(ContainerEngine engine, RunInstruction run, StoredImage image, StageVariables variables, RunSurroundings surroundings) : IBuildStep
{
    // Enough to see why, not so much that it hides where.
    private const int LastLines = 20;
    private const string ScriptPlace = "/dev/pscontainer-run";

    private readonly Queue<string> _last = [];

    private IReadOnlyList<string> Arguments { get; } = RunReader.Program(run) is null ? RunReader.Arguments(run, image.Config.Shell) : [ScriptPlace];

    private string Network => run.Network is "none" or "host" ? run.Network : surroundings.Network;

    public IReadOnlyList<string> Recipe =>
    [
        "RUN", image.Config.User ?? "", image.Config.WorkingDir ?? "", Network, RunReader.Program(run) ?? "",
        .. Arguments, "ENV", .. variables.ForRun([]).OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}"),
    ];

    /// <exception cref="EngineException">RunFailed, and whatever stands against the container.</exception>
    public string Make(BuildScratch scratch, IReadOnlyList<string> below, CancellationToken cancelled)
    {
        if (Arguments.Count == 0 || Arguments[0].Length == 0) throw run.Place.Syntax("RUN has no command.", "Write RUN and what is to run.");
        var spec = new ContainerSpec
        {
            Name = scratch.Name, Image = image, Command = Arguments[0], Arguments = [.. Arguments.Skip(1)], Environment = variables.ForRun(surroundings.Proxies),
            User = image.Config.User is { Length: > 0 } user ? user : "0", WorkingDirectory = "/" + (image.Config.WorkingDir ?? "").TrimStart('/'),
            Network = new NetworkWish { Network = Network }, Limit = surroundings.Limit, Volumes = Volumes(scratch),
        };
        int code = Execute(spec, cancelled);
        cancelled.ThrowIfCancellationRequested();
        if (code != 0) throw Failed(code);
        ContainerRecord record = engine.Store.Get(scratch.Name);
        if (!record.IsKept) throw BuildScratch.Unfit(engine.Store.Root);
        return Path.Combine(engine.Store.Root.ContainerFolder(record.Id), LayerStack.Upper);
    }

    private int Execute(ContainerSpec spec, CancellationToken cancelled)
    {
        using CommandProcess process = engine.Run(spec, CommandStreams.Pipes);
        using CancellationTokenRegistration stop = cancelled.Register(() => process.Stop(kill: true));
        return process.Finish(Take);
    }

    private void Take(LogStream stream, string line)
    {
        if (_last.Count == LastLines) _last.Dequeue();
        _last.Enqueue(line);
        surroundings.Output(line);
    }

    private IReadOnlyList<VolumeSpec> Volumes(BuildScratch scratch)
    {
        var volumes = new List<VolumeSpec>();
        if (RunReader.Program(run) is { } program)
        {
            string file = Path.Combine(scratch.Folder, "run");
            File.WriteAllText(file, program);
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
            volumes.Add(new VolumeSpec(file, ScriptPlace, ReadOnly: true));
        }
        return volumes;
    }

    private EngineException Failed(int code)
    {
        string end = _last.Count == 0 ? "It printed nothing." : $"Its last lines:\n{string.Join('\n', _last.Select(line => "  " + Printable.Of(line)))}";
        string said = code switch
        {
            137 => $"was killed (137), perhaps for want of memory",
            > 128 and < 193 => $"was ended by {Kernel.SignalName.Of(code - 128)} ({code})",
            _ => $"failed with exit code {code}",
        };
        return run.Place.Error("RunFailed", Reason.Failed, $"'{Printable.Of(run.Text)}' {said}. {end}", "Correct the command; -Verbose shows all that it prints. Steps before it are kept, and need not be done again.");
    }
}

/// <summary>What every RUN of a build has.</summary>
/// <param name="Network">Where RUN itself does not say.</param>
/// <param name="Proxies">Variables that are no reason to build anew.</param>
/// <param name="Limit">Of each container.</param>
/// <param name="Output">Takes a line of what is printed.</param>
internal sealed record RunSurroundings(string Network, IReadOnlyList<(string Name, string Value)> Proxies, ContainerLimit Limit, Action<string> Output);
