using PSContainer.Engine.Logs;
using PSContainer.Engine.Records;
using PSContainer.Engine.Text;
using PSContainer.Kernel;

namespace PSContainer.Engine.Commands;

/// <summary>
/// A <c>pscontainer</c> in front: what it runs has its streams connected to here, or, where it is interactive, to the
/// terminal. One thread does all: it feeds the input, takes the output as it comes, and sees the end.
/// </summary>
public sealed class CommandProcess : IDisposable
{
    private const int Interrupt = 2, Kill = 9, Patience = 5000;

    private readonly int _pidfd, _wakeRead, _wakeWrite;
    private readonly LineSplitter _outLines = new(), _errorLines = new();
    private readonly byte[] _buffer = new byte[65536];
    private int _input, _output, _error;
    private int _program = -1;
    private bool _ended;

    private CommandProcess(int pidfd, int input, int output, int error)
    {
        (_pidfd, _input, _output, _error) = (pidfd, input, output, error);
        (_wakeRead, _wakeWrite) = Files.Pipe(OpenFlags.NonBlock);
    }

    /// <summary>The process inside that the command line led to.</summary>
    public ProcessIdentity Process { get; private set; }

    /// <summary>How it ended: the exit status, or 128 and the signal's number; null while it runs.</summary>
    public int? ExitCode { get; private set; }

    /// <summary>Starts it and waits until its program runs.</summary>
    /// <param name="line">The verb and all that follows.</param>
    /// <param name="environment">NAME=value for the executable itself.</param>
    /// <param name="streams">What it is connected to.</param>
    /// <param name="warn">Takes what could be done only in part.</param>
    /// <exception cref="EngineException">Why the program does not run.</exception>
    public static CommandProcess Start(Executable executable, string[] line, IReadOnlyList<string> environment, CommandStreams streams, Action<string>? warn = null)
    {
        (int reply, int replyEnd) = Files.Pipe();
        (int inRead, int inWrite) = streams == CommandStreams.PipesWithInput ? Files.Pipe() : (-1, -1);
        (int outRead, int outWrite) = streams == CommandStreams.Terminal ? (-1, -1) : Files.Pipe();
        (int errorRead, int errorWrite) = streams == CommandStreams.Terminal ? (-1, -1) : Files.Pipe();
        int nothing = streams == CommandStreams.Pipes ? Files.Open("/dev/null", OpenFlags.ReadOnly) : -1;
        CommandProcess? process = null;
        try
        {
            int[] given = streams == CommandStreams.Terminal ? [0, 1, 2, replyEnd] : [nothing >= 0 ? nothing : inRead, outWrite, errorWrite, replyEnd];
            // Out of the terminal's reach, Ctrl+C comes to this process alone, which then decides.
            int pidfd = executable.Start(line, environment, given, ownSession: streams != CommandStreams.Terminal);
            process = new CommandProcess(pidfd, inWrite, outRead, errorRead);
            (inWrite, outRead, errorRead) = (-1, -1, -1);
        }
        catch
        {
            Files.Close(reply);
            throw;
        }
        finally
        {
            foreach (int descriptor in (int[])[replyEnd, inRead, inWrite, outRead, outWrite, errorRead, errorWrite, nothing])
                if (descriptor >= 0) Files.Close(descriptor);
        }
        try
        {
            process.Process = SupervisorReply.Read(reply, warn);
            process._program = process.Process.Open();
            if (process._input >= 0) Files.SetNonBlocking(process._input);
            return process;
        }
        catch
        {
            Processes.Reap(process._pidfd, wait: true);
            process._ended = true;
            process.Dispose();
            throw;
        }
        finally
        {
            Files.Close(reply);
        }
    }

    /// <summary>Feeds its standard input, taking output meanwhile, so that neither side waits for the other for ever.</summary>
    public void Feed(ReadOnlySpan<byte> bytes, Action<LogStream, string> take)
    {
        while (!bytes.IsEmpty && _input >= 0)
        {
            int count = Files.TryWrite(_input, bytes);
            if (count >= 0) bytes = bytes[count..];
            else if (Syscall.Last == Errno.EAGAIN) Turn(take, wantsRoom: true);
            else CloseInput(); // EPIPE: it reads no more, which is its right.
        }
        // What it has answered so far goes on now, not when the next object comes.
        if (!_ended) Turn(take, wantsRoom: false, timeout: 0);
    }

    /// <summary>The end of its standard input.</summary>
    public void CloseInput() => Close(ref _input);

    /// <summary>Takes output until it has ended; returns its exit code.</summary>
    public int Finish(Action<LogStream, string> take)
    {
        CloseInput();
        while (!_ended) Turn(take, wantsRoom: false);
        while (_output >= 0 && Read(ref _output, _outLines, LogStream.Output, take)) { }
        while (_error >= 0 && Read(ref _error, _errorLines, LogStream.Error, take)) { }
        return ExitCode ?? 255;
    }

    /// <summary>Asks it to end as Ctrl+C does, or kills it. From any thread.</summary>
    public void Stop(bool kill)
    {
        if (kill) KillProgram();
        else Processes.Signal(_pidfd, Interrupt);
        Files.TryWrite(_wakeWrite, [1]);
    }

    public void Dispose()
    {
        if (!_ended)
        {
            KillProgram();
            if (!Processes.WaitEnd(_pidfd, Patience)) Processes.Signal(_pidfd, Kill);
            Processes.Reap(_pidfd, wait: true);
        }
        CloseInput();
        Close(ref _output);
        Close(ref _error);
        Close(ref _program);
        Files.Close(_pidfd);
        Files.Close(_wakeRead);
        Files.Close(_wakeWrite);
    }

    // The program and not its attendant, which has a container to clear up after.
    private void KillProgram()
    {
        try
        {
            if (_program >= 0) Processes.Signal(_program, Kill);
        }
        catch (KernelException)
        {
            // It has become another user's; it dies with its attendant all the same (PR_SET_PDEATHSIG).
            Processes.Signal(_pidfd, Kill);
        }
    }

    private void Turn(Action<LogStream, string> take, bool wantsRoom, int timeout = -1)
    {
        Span<PollEntry> entries =
        [
            new() { Descriptor = _pidfd, Events = PollEntry.In },
            new() { Descriptor = _output, Events = PollEntry.In },
            new() { Descriptor = _error, Events = PollEntry.In },
            new() { Descriptor = wantsRoom ? _input : -1, Events = PollEntry.Out },
            new() { Descriptor = _wakeRead, Events = PollEntry.In },
        ];
        if (Processes.Poll(entries, timeout) <= 0) return;
        if (entries[4].Returned != 0) Files.Read(_wakeRead, _buffer);
        if (entries[1].Returned != 0) Read(ref _output, _outLines, LogStream.Output, take);
        if (entries[2].Returned != 0) Read(ref _error, _errorLines, LogStream.Error, take);
        if (entries[0].Returned == 0) return;
        ExitCode = Processes.Reap(_pidfd, wait: true)?.ShellCode;
        _ended = true;
    }

    /// <summary>False at the end of the stream.</summary>
    private bool Read(ref int descriptor, LineSplitter lines, LogStream stream, Action<LogStream, string> take)
    {
        // Once it has ended, only what is there already counts: a process that it left behind may hold the pipe open.
        if (_ended && Processes.Poll([new PollEntry { Descriptor = descriptor, Events = PollEntry.In }], 0) <= 0)
        {
            Close(ref descriptor);
            return false;
        }
        int count = Files.Read(descriptor, _buffer);
        if (count > 0)
        {
            lines.Add(_buffer.AsSpan(0, count), line => take(stream, line));
            return true;
        }
        lines.Finish(line => take(stream, line));
        Close(ref descriptor);
        return false;
    }

    private static void Close(ref int descriptor)
    {
        if (descriptor >= 0) Files.Close(descriptor);
        descriptor = -1;
    }
}

/// <summary>What a command's streams are connected to.</summary>
public enum CommandStreams
{
    /// <summary>Output to pipes, no input.</summary>
    Pipes,
    /// <summary>Pipes both ways.</summary>
    PipesWithInput,
    /// <summary>The caller's own terminal.</summary>
    Terminal,
}
