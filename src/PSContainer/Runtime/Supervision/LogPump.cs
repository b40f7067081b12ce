using PSContainer.Engine.Logs;
using PSContainer.Kernel;

namespace PSContainer.Runtime.Supervision;

/// <summary>Two pipes from the container and the file that they end in: a line of log for a line of output.</summary>
internal sealed class LogPump : IDisposable
{
    private readonly int _file;
    private readonly byte[] _buffer = new byte[8192];
    private readonly LogLineWriter _outLines, _errorLines;

    public LogPump(string path)
    {
        _file = Files.Open(path, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Append, 0x180);
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

    /// <summary>Takes what is there; false at the end of the stream.</summary>
    public bool Take(bool error)
    {
        int count = Files.Read(error ? ReadError : ReadOutput, _buffer);
        LogLineWriter lines = error ? _errorLines : _outLines;
        // A full disk must not stop the container: what can't be kept is let go.
        if (count > 0)
        {
            Files.Write(_file, lines.Add(_buffer.AsSpan(0, count), DateTimeOffset.Now));
            return true;
        }
        Files.Write(_file, lines.Finish(DateTimeOffset.Now));
        if (error) ReadError = Close(ReadError);
        else ReadOutput = Close(ReadOutput);
        return false;
    }

    public void Dispose()
    {
        Files.Close(_file);
        foreach (int descriptor in (int[])[Output, Error, ReadOutput, ReadError])
            if (descriptor >= 0) Files.Close(descriptor);
    }

    private static int Close(int descriptor)
    {
        Files.Close(descriptor);
        return -1;
    }
}
