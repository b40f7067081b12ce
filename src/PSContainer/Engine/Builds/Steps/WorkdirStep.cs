using PSContainer.Engine.Builds.Copy;
using PSContainer.Engine.Builds.Language;
using PSContainer.Engine.Entry;
using PSContainer.Engine.Plan.Build.Root;
using PSContainer.Engine.Roots;
using PSContainer.Engine.Spec;
using PSContainer.Kernel;

namespace PSContainer.Engine.Builds.Steps;

/// <summary>WORKDIR makes the folder where it is missing; it is the USER's, as BuildKit has it.</summary>
internal sealed class WorkdirStep(WorkdirInstruction workdir, string path, string? user, string mountPoint) : IBuildStep
{
    public IReadOnlyList<string> Recipe => ["WORKDIR", path, user ?? ""];

    public string Make(BuildScratch scratch, IReadOnlyList<string> below, CancellationToken cancelled)
    {
        scratch.MakeWritable(below);
        int root = MergedRoot.Open(below, scratch.Folder, mountPoint);
        try
        {
            UserSpec owner = user is { Length: > 0 } ? UserName.Resolve(user, file => UserName.ReadBelow(root, file)) : new UserSpec(0, 0);
            new TargetRoot(root, workdir.Place).MakeFolder(path, (owner.Uid, owner.Gid));
        }
        finally
        {
            Files.Close(root);
        }
        return Path.Combine(scratch.Folder, LayerStack.Upper);
    }
}
