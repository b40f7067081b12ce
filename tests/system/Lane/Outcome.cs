using System.Diagnostics;
using System.Text.Json;

namespace PSContainer.Tests.System.Lane;

/// <summary>How a program ended and what it said.</summary>
internal sealed record Outcome(int Code, string Output, string Error)
{
    /// <summary>The id of the failure that <c>--reply 1</c> printed.</summary>
    public string? FailureId
    {
        get
        {
            int start = Output.LastIndexOf("{\"id\"", StringComparison.Ordinal);
            if (start < 0) return null;
            using JsonDocument reply = JsonDocument.Parse(Output[start..]);
            return reply.RootElement.GetProperty("id").GetString();
        }
    }

    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public override string ToString() => $"{Code}: {Output} | {Error}";

    public static Outcome Of(string program, params IEnumerable<string> arguments) => Of(program, arguments, null);

    /// <summary>Runs a program to its end; with no input given, its standard input is empty.</summary>
    public static Outcome Of(string program, IEnumerable<string> arguments, string? input, IReadOnlyDictionary<string, string>? environment = null)
    {
        using Process process = Begin(program, arguments, environment);
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        try
        {
            if (input is not null) process.StandardInput.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading.
        }
        if (!process.WaitForExit(Machine.Patience) || !Task.WaitAll([output, error], Machine.Patience))
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
            Assert.Fail($"{program} {string.Join(' ', arguments)} hangs");
        }
        return new Outcome(process.ExitCode, output.Result, error.Result);
    }

    /// <summary>
    /// Runs a program that leaves another behind, which has the same streams: files, since of pipes the end would not come.
    /// </summary>
    public static Outcome Leaving(string program, params IEnumerable<string> arguments)
    {
        string folder = Machine.NewFolder(), output = folder + "/output", error = folder + "/error";
        int code = Of("/bin/sh", ["-c", $"exec \"$@\" </dev/null >{output} 2>{error}", "sh", program, .. arguments]).Code;
        var outcome = new Outcome(code, File.ReadAllText(output), File.ReadAllText(error));
        Directory.Delete(folder, recursive: true);
        return outcome;
    }

    /// <summary>Starts a program that the caller waits for.</summary>
    public static Process Begin(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Machine.Folder };
        start.Environment["PSCONTAINER_ROOT"] = Machine.Storage;
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        return Process.Start(start)!;
    }
}
