using PSContainer.Engine.State;

namespace PSContainer.Runtime;

/// <summary>What every verb works on: where things lie, and whom to answer.</summary>
internal sealed class Context
{
    public Context(CommandLine line)
    {
        Storage = line.Value("root") is { } folder ? StorageRoot.At(folder) : StorageRoot.FromEnvironment();
        if (line.Value("data") is { } data) Storage = Storage with { Data = data };
        if (line.Value("run") is { } run) Storage = Storage with { Run = run };
        Runs = new RunStore(Storage);
        if (line.Descriptor("reply") is { } descriptor) Reply.To(descriptor);
    }

    public StorageRoot Storage { get; }
    public RunStore Runs { get; }
}
