using System.Runtime.InteropServices;
using System.Text;

namespace PSContainer.Kernel;

/// <summary>Strings, blocks and vectors in memory that does not move, freed together.</summary>
public sealed unsafe class NativeStrings : IDisposable
{
    private readonly List<nint> _blocks = [];

    /// <summary>Zeroed memory.</summary>
    public nint Allocate(int size)
    {
        nint block = (nint)NativeMemory.AllocZeroed((nuint)Math.Max(size, 1));
        _blocks.Add(block);
        return block;
    }

    public nint Bytes(ReadOnlySpan<byte> bytes)
    {
        nint block = Allocate(bytes.Length);
        bytes.CopyTo(new Span<byte>((void*)block, bytes.Length));
        return block;
    }

    /// <summary>UTF-8 with a closing NUL.</summary>
    public nint Text(string text)
    {
        int size = Encoding.UTF8.GetByteCount(text);
        nint block = Allocate(size + 1);
        Encoding.UTF8.GetBytes(text, new Span<byte>((void*)block, size));
        return block;
    }

    /// <summary>An argv or envp: pointers with a closing null.</summary>
    public nint* Vector(IReadOnlyList<string> texts)
    {
        var vector = (nint*)Allocate((texts.Count + 1) * sizeof(nint));
        for (int i = 0; i < texts.Count; i++) vector[i] = Text(texts[i]);
        return vector;
    }

    public void Dispose()
    {
        foreach (nint block in _blocks) NativeMemory.Free((void*)block);
        _blocks.Clear();
    }
}
