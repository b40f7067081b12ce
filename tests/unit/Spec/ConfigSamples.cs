using System.Text;
using PSContainer.Engine.Spec;

namespace PSContainer.Tests.Unit.Spec;

/// <summary>config.json as others write it.</summary>
internal static class ConfigSamples
{
    /// <summary>What <c>runc spec</c> (1.1.5) writes.</summary>
    public static string Runc()
    {
        using Stream sample = typeof(ConfigSamples).Assembly.GetManifestResourceStream("runc-spec.json")!;
        return new StreamReader(sample).ReadToEnd();
    }

    public static RuntimeSpec Read(string json) => RuntimeSpecReader.Read(Encoding.UTF8.GetBytes(json), "/b/config.json");

    /// <summary>The least that is a configuration, with members added to it.</summary>
    public static string Least(string process = "\"args\":[\"x\"]", string members = "")
        => $"{{\"ociVersion\":\"1.0.2\",\"root\":{{\"path\":\"rootfs\"}},\"process\":{{{process}}}{members}}}";
}
