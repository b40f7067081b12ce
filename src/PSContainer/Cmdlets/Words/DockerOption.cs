namespace PSContainer.Cmdlets.Words;

/// <summary>What the options of docker run and docker exec are called here, for those whose fingers know them.</summary>
internal static class DockerOption
{
    private static readonly Dictionary<string, string> s_letters = new(StringComparer.Ordinal)
    {
        ["-c"] = "Cpus", ["-e"] = "Environment", ["-h"] = "Hostname", ["-i"] = "Interactive", ["-it"] = "Interactive", ["-l"] = "Label", ["-m"] = "Memory",
        ["-p"] = "Publish", ["-P"] = "PublishAll", ["-t"] = "Interactive", ["-u"] = "User", ["-v"] = "Volume", ["-w"] = "WorkingDirectory",
        ["--rm"] = "AutoRemove", ["--env"] = "Environment", ["--workdir"] = "WorkingDirectory", ["--tty"] = "Interactive", ["--ip"] = "IPAddress", ["--ip6"] = "IPv6Address",
        ["--dns"] = "DnsServer", ["--userns"] = "UserNamespace",
    };

    /// <summary>A parameter's name; what no cmdlet has is not found under it. "--network-alias" is NetworkAlias.</summary>
    public static string? ParameterOf(string word)
    {
        string option = word.Split('=')[0];
        if (s_letters.TryGetValue(option, out string? name)) return name;
        return option.StartsWith("--", StringComparison.Ordinal)
            ? string.Concat(option.Split('-', StringSplitOptions.RemoveEmptyEntries).Select(static part => char.ToUpperInvariant(part[0]) + part[1..]))
            : null;
    }
}
