using PSContainer.Engine.Text;
using PSContainer.Kernel;

namespace PSContainer.Engine.Builds.Language;

/// <summary>Where something stands in a Containerfile: what every error of a build begins with.</summary>
/// <param name="File">The file's name, as the user would write it.</param>
/// <param name="Line">From 1.</param>
public readonly record struct Place(string File, int Line)
{
    /// <summary>An error about what stands here.</summary>
    public EngineException Error(string id, Reason reason, string message, string? advice = null, Exception? cause = null)
        => new(id, reason, $"{this}: {message}", advice, cause);

    /// <summary>An instruction that is not written as it must be.</summary>
    public EngineException Syntax(string message, string advice) => Error("ContainerfileInvalid", Reason.InvalidInput, message, advice);

    /// <summary>Runs a piece of work; its failure begins with this place.</summary>
    public T Located<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (EngineException failure) when (!failure.Message.StartsWith($"{this}: ", StringComparison.Ordinal))
        {
            throw Error(failure.Id, failure.Reason, failure.Message, failure.Advice, failure);
        }
        catch (KernelException failure) when (failure.Errno is Errno.ENOSPC or Errno.EDQUOT)
        {
            throw Error("StorageFull", Reason.Exhausted, "the disk that holds the images is full.", "Make room with Clear-ContainerStorage, or move the storage ($env:PSCONTAINER_ROOT).", failure);
        }
        catch (KernelException failure)
        {
            string? advice = failure.Errno is Errno.EPERM or Errno.EACCES ? "Run as root (sudo pwsh)." : failure.Errno is Errno.ENOENT or Errno.ELOOP or Errno.ENOTDIR ? "If a file changes while it is copied, build again." : null;
            throw Error("StepFailed", failure.Errno is Errno.EPERM or Errno.EACCES ? Reason.NoPermission : Reason.Failed, failure.Message, advice, failure);
        }
    }

    public override string ToString() => $"{Printable.Of(File)}:{Line}";
}
