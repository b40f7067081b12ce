using Microsoft.Win32.SafeHandles;
using PSContainer.Engine.Logs;
using PSContainer.Kernel;

namespace PSContainer.Runtime.Supervision;

/// <summary>Two pipes from the container and the file that they end in: a line of log for a line of output.</summary>
internal sealed class LogPump : IDisposable
{
    /// <summary>Milliseconds that bytes wait for the end of their line; then they are written as a part of it: a prompt is to be seen.</summary>
    private const int Patience = 100;

    private readonly int _file;
    private readonly byte[] _buffer = new byte[8192];
    private readonly LogLineWriter _outLines, _errorLines;
    private long _outDue = long.MaxValue, _errorDue = long.MaxValue;

    public LogPump(string path)
    {
        _file = Files.Open(path, OpenFlags.ReadWrite | OpenFlags.Create | OpenFlags.Append, 0x180);
        if (FileStatus.Of(_file, "").Size > 0) Mend();
        (ReadOutput, Output) = Files.Pipe();
        (ReadError, Error) = Files.Pipe();
        _outLines = new LogLineWriter(LogStream.Output);
        _errorLines = new LogLineWriter(LogStream.Error);
    }

    /// <summary>The ends that the container writes to.</summary>
    public int Output { get; private set; }
    public int Error { get; private set; }

    public int ReadOutput { get; private set; }
    public int ReadError { get; private set; }

    /// <summary>Once the container has its copies, only it can keep the pipes open.</summary>
    public void CloseContainersSide()
    {
        Files.Close(Output);
        Files.Close(Error);
        Output = Error = -1;
    }

    /// <summary>Milliseconds after which <see cref="Turn"/> has something to write; -1 for never.</summary>
    public int Timeout
    {
        get
        {
            long due = Math.Min(_outDue, _errorDue);
            return due == long.MaxValue ? -1 : (int)Math.Max(0, due - Environment.TickCount64);
        }
    }

    /// <summary>Writes what has waited long enough for the end of its line.</summary>
    public void Turn()
    {
        if (_outDue == long.MaxValue && _errorDue == long.MaxValue) return;
        long now = Environment.TickCount64;
        if (now >= _outDue) Flush(_outLines, out _outDue);
        if (now >= _errorDue) Flush(_errorLines, out _errorDue);
    }

    /// <summary>Takes what is there; false at the end of the stream.</summary>
    public bool Take(bool error)
    {
        int count = Files.Read(error ? ReadError : ReadOutput, _buffer);
        LogLineWriter lines = error ? _errorLines : _outLines;
        // A full disk must not stop the container: what can't be kept is let go.
        ref long due = ref error ? ref _errorDue : ref _outDue;
        if (count > 0)
        {
            ReadOnlySpan<byte> entries = lines.Add(_buffer.AsSpan(0, count), DateTimeOffset.Now);
            Files.Write(_file, entries);
            // From the first byte on that waits, so that one who prints a dot now and then is seen as well.
            if (!lines.IsPending) due = long.MaxValue;
            else if (due == long.MaxValue || !entries.IsEmpty) due = Environment.TickCount64 + Patience;
            return true;
        }
        due = long.MaxValue;
        Files.Write(_file, lines.Finish(DateTimeOffset.Now));
        if (error) ReadError = Close(ReadError);
        else ReadOutput = Close(ReadOutput);
        return false;
    }

    /// <summary>Once the container has ended: ends the lines that have no end, though somebody else may still hold the streams.</summary>
    public void Finish()
    {
        Files.Write(_file, _outLines.Finish(DateTimeOffset.Now));
        Files.Write(_file, _errorLines.Finish(DateTimeOffset.Now));
    }

    public void Dispose()
    {
        Files.Close(_file);
        foreach (int descriptor in (int[])[Output, Error, ReadOutput, ReadError])
            if (descriptor >= 0) Files.Close(descriptor);
    }

    private void Mend()
    {
        using var file = new SafeFileHandle(_file, ownsHandle: false);
        Files.Write(_file, LogEnd.Mending(file, DateTimeOffset.Now));
    }

    private void Flush(LogLineWriter lines, out long due)
    {
        Files.Write(_file, lines.Flush(DateTimeOffset.Now));
        due = long.MaxValue;
    }

    private static int Close(int descriptor)
    {
        Files.Close(descriptor);
        return -1;
    }
}
