using PSContainer.Engine.Builds.Language;
using PSContainer.Engine.Builds.Scope;
using PSContainer.Engine.Images.Config;
using PSContainer.Engine.Text;

namespace PSContainer.Engine.Builds.Steps;

/// <summary>The instructions that change no file: pure, and the same each time.</summary>
internal static class ConfigSteps
{
    /// <summary>False where it is one of those that make layers.</summary>
    /// <exception cref="EngineException">ContainerfileInvalid, VariableInvalid, VariableMissing, SignalUnknown, PortInvalid.</exception>
    public static bool TryApply(StageState state, Instruction instruction, BuildArguments arguments, char escape)
    {
        var expansion = new Expansion(instruction.Place, escape, state.Variables.Value);
        string? done = instruction switch
        {
            ArgInstruction arg => Arg(state, arg, arguments, expansion),
            EnvInstruction env => Env(state, env, expansion),
            LabelInstruction label => Label(state, label, expansion),
            UserInstruction user => User(state, user, expansion),
            MaintainerInstruction maintainer => Set(state, state.Config with { Author = maintainer.Author }, maintainer.Text),
            CmdInstruction cmd => Cmd(state, cmd),
            EntrypointInstruction entrypoint => Entrypoint(state, entrypoint),
            ShellInstruction shell => Set(state, state.Config with { Shell = shell.Shell }, $"SHELL {Listed(shell.Shell)}"),
            ExposeInstruction expose => Expose(state, expose, expansion),
            VolumeInstruction volume => Volume(state, volume, expansion),
            StopSignalInstruction stop => StopSignal(state, stop, expansion),
            HealthcheckInstruction health => Set(state, state.Config with { Healthcheck = health.Check }, health.Text),
            OnbuildInstruction onbuild => Set(state, state.Config with { OnBuild = [.. state.Config.OnBuild, onbuild.Trigger] }, onbuild.Text),
            _ => null,
        };
        if (done is null) return false;
        state.AddStep(done);
        return true;
    }

    private static string Set(StageState state, ImageConfig config, string createdBy)
    {
        state.Config = config;
        return createdBy;
    }

    private static string Arg(StageState state, ArgInstruction arg, BuildArguments arguments, Expansion expansion)
    {
        var done = new List<string>();
        foreach ((string name, string? @default) in arg.Arguments)
        {
            string? value = arguments.InStage(name, @default is null ? null : () => expansion.Text(@default));
            state.Variables.SetArgument(name, value);
            done.Add(value is null ? name : $"{name}={value}");
        }
        return $"ARG {string.Join(' ', done)}";
    }

    // All values of one instruction are expanded before the first is set.
    private static string Env(StageState state, EnvInstruction env, Expansion expansion)
    {
        (string Name, string Value)[] pairs = Expanded(env.Pairs, expansion);
        foreach ((string name, string value) in pairs)
        {
            if (name.Length == 0 || name.Contains('\0') || value.Contains('\0')) throw env.Place.Syntax("ENV has no name.", "Write ENV name=value.");
            state.Variables.SetEnv(name, value);
        }
        return $"ENV {Joined(pairs)}";
    }

    private static string Label(StageState state, LabelInstruction label, Expansion expansion)
    {
        (string Name, string Value)[] pairs = Expanded(label.Pairs, expansion);
        var labels = new Dictionary<string, string>(state.Config.Labels, StringComparer.Ordinal);
        foreach ((string name, string value) in pairs) labels[name] = value;
        return Set(state, state.Config with { Labels = labels }, $"LABEL {Joined(pairs)}");
    }

    private static string User(StageState state, UserInstruction user, Expansion expansion)
    {
        string name = expansion.Text(user.User);
        if (name.Length == 0) throw user.Place.Syntax("USER is empty once its variables are replaced.", "Give the variable a default: ${NAME:-root}.");
        return Set(state, state.Config with { User = name }, $"USER {name}");
    }

    private static string Cmd(StageState state, CmdInstruction cmd)
    {
        state.HasCommand = true;
        IReadOnlyList<string> words = cmd.Command.Arguments(state.Config.Shell);
        return Set(state, state.Config with { Cmd = words }, $"CMD {Listed(words)}");
    }

    private static string Entrypoint(StageState state, EntrypointInstruction entrypoint)
    {
        IReadOnlyList<string> words = entrypoint.Command.Arguments(state.Config.Shell);
        // The base's CMD were arguments of the base's entrypoint.
        return Set(state, state.Config with { Entrypoint = words, Cmd = state.HasCommand ? state.Config.Cmd : [] }, $"ENTRYPOINT {Listed(words)}");
    }

    private static string Expose(StageState state, ExposeInstruction expose, Expansion expansion)
    {
        string[] ports = [.. expansion.List(expose.Ports).SelectMany(port => ExposedPort.Parse(expose.Place, port))];
        return Set(state, state.Config with { ExposedPorts = [.. state.Config.ExposedPorts.Union(ports)] }, $"EXPOSE [{string.Join(' ', ports)}]");
    }

    private static string Volume(StageState state, VolumeInstruction volume, Expansion expansion)
    {
        string[] paths = [.. volume.Paths.Select(expansion.Text)];
        if (paths.Length == 0 || paths.Contains("")) throw volume.Place.Syntax("VOLUME lacks a path.", "Write VOLUME /data.");
        return Set(state, state.Config with { Volumes = [.. state.Config.Volumes.Union(paths)] }, $"VOLUME [{string.Join(' ', paths)}]");
    }

    private static string StopSignal(StageState state, StopSignalInstruction stop, Expansion expansion)
    {
        string signal = expansion.Text(stop.Signal);
        if (Kernel.SignalName.Parse(signal) is null)
            throw stop.Place.Error("SignalUnknown", Reason.InvalidInput, $"'{Printable.Of(signal)}' is no signal.", "Use a name such as SIGTERM, or a number from 1 to 64.");
        return Set(state, state.Config with { StopSignal = signal }, $"STOPSIGNAL {signal}");
    }

    private static (string Name, string Value)[] Expanded(IEnumerable<(string Name, string Value)> pairs, Expansion expansion)
        => [.. pairs.Select(pair => (expansion.Text(pair.Name), expansion.Text(pair.Value)))];

    private static string Joined(IEnumerable<(string Name, string Value)> pairs) => string.Join(' ', pairs.Select(pair => $"{pair.Name}={pair.Value}"));

    // As docker writes it: Go's %q of a list.
    private static string Listed(IEnumerable<string> words)
        => $"[{string.Join(' ', words.Select(word => $"\"{word.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n").Replace("\t", "\\t")}\""))}]";
}
