using PSContainer.Kernel;
using PSContainer.Tests.System.Bundles;
using PSContainer.Tests.System.Lane;

namespace PSContainer.Tests.System.Isolation;

/// <summary>The keys of whoever calls are out of reach inside.</summary>
public class KeyringTests
{
    private const string Description = "pscontainer-test";

    // Finds the key by its description in the session's keyring, and says so by its exit code.
    private const string Probe = """
        #include <sys/syscall.h>
        #include <unistd.h>
        #include <linux/keyctl.h>
        int main(void) { return syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING, "user", "pscontainer-test", 0) > 0 ? 0 : 3; }
        """;

    [SystemFact("gcc")]
    public void The_callers_session_keys_are_not_found_by_run_nor_by_exec()
    {
        using var bundle = new Bundle("/bin/probe");
        string root = bundle.OwnRoot(), source = Path.Combine(bundle.Folder, "probe.c");
        File.WriteAllText(source, Probe);
        Outcome compiled = Outcome.Of("gcc", "-static", "-O1", "-o", root + "/bin/probe", source);
        Assert.True(compiled.Code == 0, compiled.Error);

        const int revoke = 3, sessionKeyring = -3;
        int addKey = global::System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == global::System.Runtime.InteropServices.Architecture.X64 ? 248 : 217;
        using var text = new NativeStrings();
        nint key = Syscall.Invoke(addKey, text.Text("user"), text.Text(Description), text.Text("secret"), 6, sessionKeyring);
        Assert.True(key > 0, Syscall.Last.ToString());
        try
        {
            // Outside, it is found.
            Assert.Equal(0, Outcome.Of(root + "/bin/probe").Code);
            Assert.Equal(3, bundle.Run().Code);
            bundle.Arguments("sleep", "1000").Start();
            Assert.Equal(3, Pscontainer.Run("exec", bundle.Id, "/bin/probe").Code);
        }
        finally
        {
            Syscall.Invoke(SyscallNumber.Keyctl, revoke, key);
        }
    }
}
