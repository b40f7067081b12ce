using PSContainer.Engine.Commands;
using PSContainer.Kernel;

namespace PSContainer.Engine.Containers.Life;

/// <summary>
/// A supervisor on its way. It comes up while its container is still being written down, which takes about as long, and waits for the
/// word; where the word never comes it ends, and has touched nothing.
/// </summary>
internal sealed class SupervisorStart : IDisposable
{
    private const int AwaitDescriptor = 4;

    private readonly int _reply, _word;

    private SupervisorStart(int reply, int word) => (_reply, _word) = (reply, word);

    /// <param name="rest">The end of the supervisor's command line.</param>
    /// <exception cref="EngineException">As <see cref="ExecutableFile.Start"/> says.</exception>
    public static SupervisorStart Begin(Executable executable, ReadOnlySpan<string> rest)
    {
        (int reply, int replyEnd) = Files.Pipe();
        (int wordEnd, int word) = Files.Pipe();
        int nothing = Files.Open("/dev/null", OpenFlags.ReadWrite);
        try
        {
            int pidfd = executable.Start(["monitor", "--await", AwaitDescriptor.ToString(), .. rest], [], [nothing, nothing, nothing, replyEnd, wordEnd], ownSession: true);
            Reaper.Adopt(pidfd);
            return new SupervisorStart(reply, word);
        }
        catch
        {
            Files.Close(reply);
            Files.Close(word);
            throw;
        }
        finally
        {
            Files.Close(nothing);
            Files.Close(replyEnd);
            Files.Close(wordEnd);
        }
    }

    /// <summary>
    /// Gives the word and waits until the container runs. The supervisor owns it from here: if this process is killed now, the container
    /// starts all the same, or is cleared.
    /// </summary>
    /// <param name="warn">Takes what could be done only in part.</param>
    /// <exception cref="EngineException">What stands against the start.</exception>
    public void Finish(Action<string>? warn)
    {
        // One that has ended already can't be told; its answer, or the lack of one, says why.
        Files.Write(_word, [1]);
        SupervisorReply.Read(_reply, warn);
    }

    public void Dispose()
    {
        Files.Close(_word);
        Files.Close(_reply);
    }
}
