using System.Collections;
using System.Text;
using System.Text.Json;
using PSContainer.Engine.Records;
using PSContainer.Engine.Text;
using PSContainer.Kernel;

namespace PSContainer.Engine.Registry.Credentials;

/// <summary>
/// A program that keeps passwords, <c>docker-credential-NAME get</c>: the registry on its standard input, an object on its output
/// (docker/docker-credential-helpers). What it prints is never shown.
/// </summary>
internal static class CredentialHelper
{
    private const int Interval = 200, Kill = 9, LongestAnswer = 64 * 1024;

    // It may ask somebody for a passphrase.
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    /// <param name="name">Comes from a file, and becomes a part of a program's name.</param>
    /// <param name="registry">As docker's files call it.</param>
    /// <returns>null where the helper has nothing for it.</returns>
    /// <exception cref="EngineException">CredentialHelperFailed.</exception>
    public static RegistryCredential? Get(string name, string registry, CancellationToken cancel)
    {
        string program = "docker-credential-" + name;
        if (name.AsSpan().ContainsAnyExcept("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")) throw Failed($"'{Printable.Of(name)}' is no name of a helper");
        string path = OnPath(program) ?? throw Failed($"'{program}' is not in $PATH");
        (int code, string output) = Run(path, program, registry, cancel);
        if (code != 0)
        {
            // The words are part of the protocol.
            if (output.Contains("credentials not found", StringComparison.OrdinalIgnoreCase)) return null;
            throw Failed($"'{program} get' ended with {code}");
        }
        try
        {
            using JsonDocument answer = JsonDocument.Parse(output);
            string user = answer.RootElement.Text("Username") ?? "", secret = answer.RootElement.Text("Secret") ?? "";
            if (user.Length == 0 && secret.Length == 0) return null;
            return user == "<token>" ? new RegistryCredential("", "", program) { IdentityToken = secret } : new RegistryCredential(user, secret, program);
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            throw Failed($"'{program} get' did not answer as it should");
        }
    }

    private static (int Code, string Output) Run(string path, string program, string input, CancellationToken cancel)
    {
        (int inRead, int inWrite) = Files.Pipe();
        (int outRead, int outWrite) = Files.Pipe();
        int silent = Files.Open("/dev/null", OpenFlags.WriteOnly);
        int pidfd;
        try
        {
            // The caller's own terminal and session: it may have to ask.
            (pidfd, _) = Spawn.Start(path, [program, "get"], OwnEnvironment(), [inRead, outWrite, silent], ownSession: false);
        }
        catch (KernelException failure)
        {
            Files.Close(inWrite);
            Files.Close(outRead);
            throw Failed($"'{path}' can't be run: {failure.Message}");
        }
        finally
        {
            foreach (int descriptor in (int[])[inRead, outWrite, silent]) Files.Close(descriptor);
        }
        bool isRunning = true;
        try
        {
            // Less than a pipe holds, so this waits for nobody.
            Files.Write(inWrite, Encoding.UTF8.GetBytes(input + "\n"));
            Files.Close(inWrite);
            inWrite = -1;
            string output = Read(outRead, program, cancel);
            while (!Processes.WaitEnd(pidfd, Interval)) cancel.ThrowIfCancellationRequested();
            int code = Processes.Reap(pidfd, wait: true)?.ShellCode ?? 255;
            isRunning = false;
            return (code, output);
        }
        finally
        {
            if (isRunning)
            {
                Processes.Signal(pidfd, Kill);
                Processes.Reap(pidfd, wait: true);
            }
            foreach (int descriptor in (int[])[inWrite, outRead, pidfd])
                if (descriptor >= 0) Files.Close(descriptor);
        }
    }

    private static string Read(int output, string program, CancellationToken cancel)
    {
        var text = new MemoryStream();
        byte[] buffer = new byte[4096];
        long end = Environment.TickCount64 + (long)s_patience.TotalMilliseconds;
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            if (Environment.TickCount64 > end) throw Failed($"'{program} get' does not answer");
            if (Processes.Poll([new PollEntry { Descriptor = output, Events = PollEntry.In }], Interval) <= 0) continue;
            int count = Files.Read(output, buffer);
            if (count <= 0) return Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length);
            text.Write(buffer, 0, count);
            if (text.Length > LongestAnswer) throw Failed($"'{program} get' says too much");
        }
    }

    // posix_spawn(3) searches nothing; and only whole paths count, lest the current folder's program runs.
    private static string? OnPath(string program)
        => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Where(Path.IsPathRooted).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    private static string[] OwnEnvironment()
        => [.. Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(variable => $"{variable.Key}={variable.Value}")];

    private static EngineException Failed(string why)
        => new("CredentialHelperFailed", Reason.Failed, $"The credentials for the registry can't be had: {why}.",
            "Put the helper right (credsStore and credHelpers in docker's config.json name it), or give -Credential.");
}
