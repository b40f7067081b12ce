using System.Runtime.InteropServices.Marshalling;

namespace PSContainer.Kernel;

/// <summary>A path as the C library takes it: UTF-8 with a closing NUL, on the stack where it is short.</summary>
internal unsafe ref struct NativePath : IDisposable
{
    public const int Short = 256;

    private Utf8StringMarshaller.ManagedToUnmanagedIn _text;

    /// <param name="path">Whatever its length.</param>
    /// <param name="room"><see cref="Short"/> bytes of the caller's own stack.</param>
    public NativePath(string path, Span<byte> room)
    {
        _text = new Utf8StringMarshaller.ManagedToUnmanagedIn();
        _text.FromManaged(path, room);
    }

    public byte* Start => _text.ToUnmanaged();

    public void Dispose() => _text.Free();
}
