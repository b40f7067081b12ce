using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Tmds.Linux;

namespace PSContainer.Kernel;

/// <summary>Tmds.LibC names glibc's files (libc.so.6, libpthread.so.0). Musl has all of it in one, under another name.</summary>
internal static class LibraryName
{
#pragma warning disable CA2255 // Before the first call into Tmds.LibC, whoever makes it: only this assembly does.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void Resolve()
    {
        // The executable's calls are bound by the linker.
        if (RuntimeFeature.IsDynamicCodeSupported && RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal))
            NativeLibrary.SetDllImportResolver(typeof(LibC).Assembly, (_, _, _) => NativeLibrary.Load("libc"));
    }
}
