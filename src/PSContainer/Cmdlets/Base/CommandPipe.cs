using System.Management.Automation;
using System.Text;
using PSContainer.Engine;
using PSContainer.Engine.Commands;
using PSContainer.Engine.Logs;

namespace PSContainer.Cmdlets.Base;

/// <summary>
/// A program as a part of a pipeline: piped objects are its standard input, its lines are output as they come, its error
/// stream is the error stream, its exit code is $LASTEXITCODE, and Ctrl+C ends it.
/// </summary>
internal sealed class CommandPipe(PSCmdlet cmdlet, Action<int> setExitCode, Func<bool> isCodeAnError) : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private readonly object _gate = new();
    private CommandProcess? _running;
    private string? _containerName;
    private bool _isStopped;

    public bool IsRunning => _running is not null;

    /// <summary>Starts a program and watches over it from here on. One that can't be started has a shell's exit code: 127 not found, 126 not executable.</summary>
    /// <param name="start">Starts it.</param>
    /// <param name="containerName">Tags every line with where it came from; null where there is no doubt.</param>
    /// <exception cref="EngineException">Why it does not run.</exception>
    public void Begin(Func<CommandProcess> start, string? containerName = null)
    {
        _containerName = containerName;
        CommandProcess process;
        try
        {
            process = start();
        }
        catch (EngineException failure)
        {
            const int notExecutable = 126, notFound = 127;
            if (failure.Id is "CommandNotFound") setExitCode(notFound);
            else if (failure.Id is "CommandNotExecutable" or "CommandTooLong" or "ArgumentTooLong") setExitCode(notExecutable);
            throw;
        }
        lock (_gate)
        {
            _running = process;
            if (_isStopped) process.Stop(kill: true);
        }
    }

    /// <summary>Hands an object from the pipeline to the program: texts are lines, bytes are bytes.</summary>
    public void Feed(PSObject? input)
    {
        if (_running is null || input is null) return;
        byte[] bytes = input.BaseObject switch
        {
            byte[] raw => raw,
            byte one => [one],
            var other => Encoding.UTF8.GetBytes(LanguagePrimitives.ConvertTo<string>(other) + "\n"),
        };
        _running.Feed(bytes, Take);
    }

    /// <summary>Takes all that comes until the program has ended.</summary>
    public void Finish()
    {
        if (_running is not { } process) return;
        try
        {
            int code = process.Finish(Take);
            setExitCode(code);
            if (code != 0 && isCodeAnError()) cmdlet.WriteError(new ErrorRecord(
                new RuntimeException($"The program ended with exit code {code}."), "ProgramExitedWithNonZeroCode", ErrorCategory.NotSpecified, _containerName));
        }
        finally
        {
            Dispose();
        }
    }

    /// <summary>Ends what still runs: a pipeline may be left without its end, by an error in it or by Select-Object -First.</summary>
    public void Dispose()
    {
        CommandProcess? left;
        lock (_gate) (left, _running) = (_running, null);
        left?.Dispose();
    }

    /// <summary>Ends the program, as Ctrl+C at a terminal would; what does not hear that is killed a little later.</summary>
    public void Stop()
    {
        Interrupt(kill: false);
        ThreadPool.QueueUserWorkItem(_ =>
        {
            Thread.Sleep(s_patience);
            Interrupt(kill: true);
        });
    }

    private void Interrupt(bool kill)
    {
        lock (_gate)
        {
            _isStopped = true;
            _running?.Stop(kill);
        }
    }

    private void Take(LogStream stream, string line)
    {
        if (stream == LogStream.Error)
        {
            ErrorLine.Write(cmdlet, new ErrorRecord(new RemoteException(line), "NativeCommandError", ErrorCategory.NotSpecified, _containerName ?? line));
            return;
        }
        if (_containerName is null)
        {
            cmdlet.WriteObject(line);
            return;
        }
        var tagged = new PSObject(line);
        tagged.Properties.Add(new PSNoteProperty("ContainerName", _containerName));
        cmdlet.WriteObject(tagged);
    }
}
