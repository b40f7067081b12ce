using PSContainer.Engine.Spec;
using PSContainer.Engine.Text;

namespace PSContainer.Engine.Containers.Users;

/// <summary>Who a container's users are outside: the host's own (Host), a range that no other container has (Auto), or ranges by number.</summary>
public sealed record UserNamespaceWish
{
    public const string HostWord = "Host", AutoWord = "Auto";

    /// <summary>How many ids a container gets by Auto: as many as images count on.</summary>
    public const uint AutoSize = 65536;

    public static readonly UserNamespaceWish Host = new();

    /// <summary>Ranges are still to be found.</summary>
    public bool IsAuto { get; init; }

    public IReadOnlyList<IdMapping> Uids { get; init; } = [];
    public IReadOnlyList<IdMapping> Gids { get; init; } = [];

    /// <summary>Root inside is root outside.</summary>
    public bool IsHost => !IsAuto && Uids.Count == 0;

    /// <param name="text">"Auto", "Host", "0:100000:65536", or several such ranges, separated by commas.</param>
    /// <exception cref="EngineException">UserNamespaceInvalid, MappingInvalid.</exception>
    public static UserNamespaceWish Parse(string text)
    {
        if (text.Equals(HostWord, StringComparison.OrdinalIgnoreCase)) return Host;
        if (text.Equals(AutoWord, StringComparison.OrdinalIgnoreCase)) return new UserNamespaceWish { IsAuto = true };
        IdMapping[] ranges = [.. text.Split(',').Select(range => Range(text, range))];
        IdMapping.Check(ranges, "users and groups");
        if (IdMapping.Outside(ranges, 0) is null) throw Invalid(text, "it has nobody for the container's root (id 0)");
        return new UserNamespaceWish { Uids = ranges, Gids = ranges };
    }

    private static IdMapping Range(string whole, string text)
    {
        string[] numbers = text.Split(':');
        return numbers.Length == 3 && TryId(numbers[0], out uint inside) && TryId(numbers[1], out uint outside) && TryId(numbers[2], out uint size)
            ? new IdMapping(inside, outside, size) : throw Invalid(whole, $"'{Printable.Of(text)}' is no range");
    }

    private static bool TryId(string text, out uint id) => uint.TryParse(text, System.Globalization.NumberStyles.None, null, out id);

    private static EngineException Invalid(string text, string why)
        => new("UserNamespaceInvalid", Reason.InvalidInput, $"'{Printable.Of(text)}' is no user namespace: {why}.", "Use Auto, Host, or ranges: the first id inside, the first id outside, and how many (0:100000:65536).");
}
