using System.Runtime.InteropServices;

namespace PSContainer.Engine.Archives.Compression;

/// <summary>libzstd (zstd.h), the system's own; looked for when the first layer needs it.</summary>
internal static unsafe partial class Zstd
{
    private const string Library = "libzstd.so.1";

    /// <summary>ZSTD_inBuffer and ZSTD_outBuffer.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Span
    {
        public byte* Start;
        public nuint Size;
        public nuint Position;
    }

    /// <summary>ZSTD_EndDirective.</summary>
    public enum End
    {
        Continue = 0,
        Frame = 2,
    }

    [LibraryImport(Library, EntryPoint = "ZSTD_createDCtx")]
    public static partial nint CreateDecompressor();

    [LibraryImport(Library, EntryPoint = "ZSTD_freeDCtx")]
    public static partial nuint FreeDecompressor(nint context);

    [LibraryImport(Library, EntryPoint = "ZSTD_decompressStream")]
    public static partial nuint Decompress(nint context, Span* output, Span* input);

    [LibraryImport(Library, EntryPoint = "ZSTD_createCCtx")]
    public static partial nint CreateCompressor();

    [LibraryImport(Library, EntryPoint = "ZSTD_freeCCtx")]
    public static partial nuint FreeCompressor(nint context);

    [LibraryImport(Library, EntryPoint = "ZSTD_compressStream2")]
    public static partial nuint Compress(nint context, Span* output, Span* input, End directive);

    [LibraryImport(Library, EntryPoint = "ZSTD_isError")]
    private static partial uint IsErrorCall(nuint result);

    [LibraryImport(Library, EntryPoint = "ZSTD_getErrorName")]
    private static partial nint ErrorName(nuint result);

    /// <exception cref="EngineException">ZstdMissing.</exception>
    public static nint Create(Func<nint> create)
    {
        try
        {
            nint context = create();
            return context != 0 ? context : throw new OutOfMemoryException();
        }
        catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException)
        {
            throw new EngineException("ZstdMissing", Reason.NotSupported, $"A layer compressed with zstd needs {Library}, which is not installed.", "Install it (Debian, Ubuntu: apt install libzstd1).", missing);
        }
    }

    /// <exception cref="EngineException">CompressionInvalid.</exception>
    public static nuint Checked(nuint result)
        => IsErrorCall(result) == 0 ? result : throw Decompression.Invalid(Marshal.PtrToStringUTF8(ErrorName(result)) ?? "zstd");
}
