using System.Text;
using PSContainer.Kernel;

namespace PSContainer.Runtime;

/// <summary>
/// Text on the standard streams. Not through Console: it starts a thread of its own, which costs time, and which the kernel
/// refuses once this process's children are to be born in another pid namespace.
/// </summary>
internal static class Text
{
    public static void Out(string text) => Files.Write(1, Encoding.UTF8.GetBytes(text));

    public static void Error(string line) => Files.Write(2, Encoding.UTF8.GetBytes("pscontainer: " + line + "\n"));
}
