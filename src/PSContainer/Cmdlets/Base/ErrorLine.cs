using System.Management.Automation;
using System.Reflection;

namespace PSContainer.Cmdlets.Base;

/// <summary>
/// A line that a program wrote to its standard error, in the error stream. It is no failure: not even under -ErrorAction Stop does it end the
/// script, as with native commands since PowerShell 7.2. PowerShell does that for itself only, by a method that it does not offer to others.
/// </summary>
internal static class ErrorLine
{
    // void _WriteErrorSkipAllowCheck(ErrorRecord errorRecord, ActionPreference? actionPreference, bool isFromNativeStdError)
    private static readonly MethodInfo? s_write = typeof(Cmdlet).Assembly.GetType("System.Management.Automation.MshCommandRuntime")?
        .GetMethod("_WriteErrorSkipAllowCheck", BindingFlags.Instance | BindingFlags.NonPublic, [typeof(ErrorRecord), typeof(ActionPreference?), typeof(bool)]);

    public static void Write(PSCmdlet cmdlet, ErrorRecord line)
    {
        bool ends = (cmdlet.MyInvocation.BoundParameters.TryGetValue("ErrorAction", out object? bound) ? bound : cmdlet.SessionState.PSVariable.GetValue("ErrorActionPreference"))
            is ActionPreference.Stop or "Stop";
        // A PowerShell that has the method no more, or a host with a runtime of its own: an error like any other.
        if (!ends || s_write is null || !s_write.DeclaringType!.IsInstanceOfType(cmdlet.CommandRuntime)) cmdlet.WriteError(line);
        // The one that says "from a native command" would leave -ErrorVariable empty.
        else s_write.Invoke(cmdlet.CommandRuntime, BindingFlags.DoNotWrapExceptions, null, [line, ActionPreference.Continue, false], null);
    }
}
