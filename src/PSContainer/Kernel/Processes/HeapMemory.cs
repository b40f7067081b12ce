using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PSContainer.Kernel;

/// <summary>The C library's heap: what has been freed in it stays with the process.</summary>
public static partial class HeapMemory
{
    // A name of its own: musl has no such function, and where it is not bound by the linker it is never asked for.
    [LibraryImport("libmalloc", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint keep);

    /// <summary>Gives back to the kernel what is free (malloc_trim(3)); in the executable on glibc only, musl does it by itself.</summary>
    public static void GiveBack()
    {
        if (!RuntimeFeature.IsDynamicCodeSupported && !RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal)) _ = Trim(0);
    }
}
