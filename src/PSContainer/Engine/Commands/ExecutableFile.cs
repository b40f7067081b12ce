using System.Runtime.InteropServices;
using System.Text;
using PSContainer.Engine.Text;
using PSContainer.Kernel;

namespace PSContainer.Engine.Commands;

/// <summary>The executable <c>pscontainer</c> as a file that has come here somehow: unpacked, copied, installed from a gallery.</summary>
internal static class ExecutableFile
{
    private const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Starts it, and mends on the way what a package could not keep.</summary>
    /// <inheritdoc cref="Spawn.Start"/>
    /// <exception cref="EngineException">ExecutableMissing, ExecutableForeign, ExecutableDenied, ArgumentTooLong, SupervisorFailed.</exception>
    public static int Start(string path, IReadOnlyList<string> arguments, IReadOnlyList<string> environment, ReadOnlySpan<int> descriptors, bool ownSession)
    {
        try
        {
            return Spawn.Start(path, arguments, environment, descriptors, ownSession).Pidfd;
        }
        catch (KernelException failure) when (failure.Errno == Errno.EACCES && TryMakeExecutable(path))
        {
            return Start(path, arguments, environment, descriptors, ownSession);
        }
        catch (KernelException failure)
        {
            throw failure.Errno == Errno.E2BIG ? TooLong(arguments, environment, failure) : Failure(path, failure);
        }
    }

    /// <summary>A .nupkg is a zip, which keeps no modes; true where the file was not executable, and is now.</summary>
    public static bool TryMakeExecutable(string path)
    {
        try
        {
            if (!File.Exists(path) || (File.GetUnixFileMode(path) & AnyExecute) != 0) return false;
            File.SetUnixFileMode(path, File.GetUnixFileMode(path) | AnyExecute);
            return true;
        }
        catch (Exception denied) when (denied is UnauthorizedAccessException or IOException)
        {
            return false;
        }
    }

    // execve(2): a text may have 32 pages with its NUL (MAX_ARG_STRLEN), all of them together a quarter of the stack.
    private static EngineException TooLong(IReadOnlyList<string> arguments, IReadOnlyList<string> environment, KernelException failure)
    {
        const int longestText = 32 * 4096 - 1;
        string? text = arguments.Concat(environment).FirstOrDefault(text => Encoding.UTF8.GetByteCount(text) > longestText);
        return new("ArgumentTooLong", Reason.InvalidInput, text is null
                ? $"The {arguments.Count} arguments and the environment are larger than the kernel takes for one program (execve(2))."
                : $"The argument '{Printable.Of(text[..24])}…' has {Encoding.UTF8.GetByteCount(text)} bytes, and the kernel takes {longestText} in one (execve(2)).",
            "Hand it over by standard input, or in a file.", failure);
    }

    private static EngineException Failure(string path, KernelException failure) => failure.Errno switch
    {
        Errno.ENOENT or Errno.ENOTDIR => new("ExecutableMissing", Reason.NotFound, $"The module's executable is missing: there is no '{path}'.",
            "Copy or install the module's whole folder again.", failure),
        Errno.ENOEXEC => new("ExecutableForeign", Reason.NotSupported, $"'{path}' is not for this machine's processor ({RuntimeInformation.OSArchitecture}).",
            $"Install the module's package for linux-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}.", failure),
        Errno.EACCES when (File.GetUnixFileMode(path) & AnyExecute) == 0 => new("ExecutableDenied", Reason.NoPermission, $"'{path}' is not marked as executable, and can't be here.",
            $"Where the folder can be written: chmod +x '{path}'. Else install the module in another folder of $env:PSModulePath.", failure),
        Errno.EACCES => new("ExecutableDenied", Reason.NoPermission, $"'{path}' may not be run: its file system is mounted noexec, or a folder above is closed to this user.",
            "Install the module in another folder of $env:PSModulePath.", failure),
        _ => new("SupervisorFailed", Reason.Failed, $"'{path}' can't be started: {failure.Message}", "Install the module again.", failure),
    };
}
