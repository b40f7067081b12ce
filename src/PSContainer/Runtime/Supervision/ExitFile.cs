using PSContainer.Engine.State;
using PSContainer.Kernel;

namespace PSContainer.Runtime.Supervision;

/// <summary>
/// exit.json, made empty at the start and filled in place at the end: whoever waits holds it open, and so reads how a
/// container ended even when it removes itself.
/// </summary>
internal sealed class ExitFile : IDisposable
{
    private readonly int _file;

    private ExitFile(int file) => _file = file;

    public static ExitFile Begin(string folder)
    {
        string path = Path.Combine(folder, ExitRecord.FileName);
        // A new file, not the old one emptied: somebody may still read how the last run ended.
        File.Delete(path);
        return new ExitFile(Files.Open(path, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive, 0x180));
    }

    public void Write(ExitRecord exit) => Files.Write(_file, exit.ToJson());

    public void Dispose() => Files.Close(_file);
}
