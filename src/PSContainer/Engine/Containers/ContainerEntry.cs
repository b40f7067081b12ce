using PSContainer.Engine.Commands;
using PSContainer.Engine.Records;
using PSContainer.Engine.State;

namespace PSContainer.Engine.Containers;

/// <summary>What to run in a container that runs already.</summary>
public sealed record EntryCommand(string Command, IReadOnlyList<string> Arguments)
{
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
    public string? WorkingDirectory { get; init; }
    public string? User { get; init; }

    /// <summary>A shell for somebody at a terminal: bash where the container has one.</summary>
    public static readonly EntryCommand Shell = new("/bin/sh", ["-c", "[ -x /bin/bash ] && exec /bin/bash; exec /bin/sh"]);
}

/// <summary>More processes for what runs already: exec into a container, or into namespaces of any process.</summary>
public static class ContainerEntry
{
    /// <summary>exec: with the container's root, environment, user, cgroup and confinement.</summary>
    /// <exception cref="EngineException">ContainerNotRunning, CommandNotFound, CommandNotExecutable, UserNotFound …</exception>
    public static CommandProcess Execute(ContainerEngine engine, Container container, EntryCommand command, CommandStreams streams)
    {
        if (container.Status != ContainerStatus.Running)
            throw new EngineException("ContainerNotRunning", Reason.WrongState, $"The container '{container.Name}' is {container.Status.ToString().ToLowerInvariant()}; a command can only run in a running one.", "Start it first (Start-Container).");
        var line = new List<string> { "exec" };
        if (streams == CommandStreams.Terminal)
        {
            line.Add("--tty");
            line.Add("--env=TERM=" + (System.Environment.GetEnvironmentVariable("TERM") ?? "xterm"));
        }
        if (command.WorkingDirectory is { } folder) line.Add("--cwd=" + folder);
        if (command.User is { } user) line.Add("--user=" + user);
        foreach ((string name, string value) in command.Environment) line.Add($"--env={name}={value}");
        line.AddRange([container.Id, "--", command.Command, .. command.Arguments]);
        return CommandProcess.Start(engine.Executable, [.. line], [], streams, engine.Warn);
    }

    /// <summary>nsenter: into some or all namespaces of a process; everything else stays the caller's.</summary>
    /// <param name="types">As /proc/PID/ns names them; null for all.</param>
    /// <exception cref="EngineException">NamespaceProcessNotFound, PermissionDenied, CommandNotFound …</exception>
    public static CommandProcess Enter(ContainerEngine engine, ProcessIdentity target, IReadOnlyList<string>? types, EntryCommand command, CommandStreams streams)
    {
        var line = new List<string> { "enter", $"--target={target.Pid}", $"--start-time={target.StartTime}" };
        if (types is not null) line.Add("--type=" + string.Join(',', types));
        line.AddRange(["--", command.Command, .. command.Arguments]);
        string[] environment =
        [
            .. System.Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>().Select(variable => $"{variable.Key}={variable.Value}"),
            .. command.Environment.Select(variable => $"{variable.Key}={variable.Value}"),
        ];
        return CommandProcess.Start(engine.Executable, [.. line], environment, streams, engine.Warn);
    }
}
