using PSContainer.Engine.Spec;
using PSContainer.Engine.Text;

namespace PSContainer.Engine.Entry;

/// <summary>
/// "user", "user:group", "1000" or "1000:1000" as numbers. Names are looked up in the container's own passwd and group files,
/// which strangers have written: they are read up to a bound, and only when they are plain files (CVE-2024-9676).
/// </summary>
public static class UserName
{
    private const int LargestFile = 10 << 20;
    private const uint Largest = int.MaxValue;

    /// <param name="text">What the user wrote.</param>
    /// <param name="readFile">Reads "/etc/passwd" or "/etc/group" of the container's root; null where there is none.</param>
    /// <exception cref="EngineException">UserInvalid, UserNotFound.</exception>
    public static UserSpec Resolve(string text, Func<string, string?> readFile)
    {
        string[] parts = text.Split(':');
        if (parts.Length > 2 || parts.Any(part => part.Length == 0)) throw Invalid(text);
        string user = parts[0];
        string[]? account = IsNumber(user) ? Find(readFile("/etc/passwd"), 2, user) : Find(readFile("/etc/passwd"), 0, user);
        uint uid = IsNumber(user) ? Number(text, user) : Number(text, account?.ElementAtOrDefault(2) ?? throw NotFound("user", user));
        uint gid = parts.Length == 2
            ? Group(text, parts[1], readFile)
            : account?.ElementAtOrDefault(3) is { } primary && IsNumber(primary) ? Number(text, primary) : 0;
        // Exactly the groups that the image gives that user (CVE-2023-25173); none for a bare number without an account.
        string? name = account?[0];
        IReadOnlyList<uint> groups = name is null || parts.Length == 2 ? [] : Memberships(readFile("/etc/group"), name);
        // The primary group stands among them: else a program that changes its group could keep what the group's own members may not (CVE-2022-36109).
        return new UserSpec(uid, gid) { AdditionalGids = [gid, .. groups.Where(group => group != gid).Distinct()] };
    }

    /// <summary>A group by its number or its name.</summary>
    /// <exception cref="EngineException">UserInvalid, UserNotFound.</exception>
    public static uint ResolveGroup(string text, Func<string, string?> readFile) => text.Length > 0 ? Group(text, text, readFile) : throw Invalid(text);

    /// <summary>Reads a file below a container's root, for <see cref="Resolve"/>.</summary>
    public static string? ReadBelow(string root, string path)
        => Kernel.RootedFile.Read(root, path, LargestFile) is { } bytes ? System.Text.Encoding.UTF8.GetString(bytes) : null;

    /// <inheritdoc cref="ReadBelow(string, string)"/>
    public static string? ReadBelow(int root, string path)
        => Kernel.RootedFile.Read(root, path, LargestFile) is { } bytes ? System.Text.Encoding.UTF8.GetString(bytes) : null;

    private static uint Group(string whole, string group, Func<string, string?> readFile)
        => IsNumber(group) ? Number(whole, group)
            : Number(whole, Find(readFile("/etc/group"), 0, group)?.ElementAtOrDefault(2) ?? throw NotFound("group", group));

    private static List<uint> Memberships(string? groups, string user)
    {
        var found = new List<uint>();
        foreach (string[] line in Lines(groups))
            if (line.Length >= 4 && line[3].Split(',').Contains(user) && uint.TryParse(line[2], out uint gid)) found.Add(gid);
        return found;
    }

    private static string[]? Find(string? table, int column, string value)
        => Lines(table).FirstOrDefault(line => line.Length >= 3 && line[column] == value);

    // "www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin"
    private static IEnumerable<string[]> Lines(string? table)
        => (table ?? "").Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split(':'));

    private static bool IsNumber(string text) => text.Length > 0 && text.All(char.IsAsciiDigit);

    // Above 2^31-1 kernels and tools disagree on the sign (CVE-2024-40635).
    private static uint Number(string whole, string text)
        => text.All(char.IsAsciiDigit) && uint.TryParse(text, out uint number) && number <= Largest ? number : throw Invalid(whole);

    private static EngineException Invalid(string text)
        => new("UserInvalid", Reason.InvalidInput, $"'{Printable.Of(text)}' names no user.", "Use NAME, NAME:GROUP, or numbers up to 2147483647.");

    private static EngineException NotFound(string kind, string name)
        => new("UserNotFound", Reason.NotFound, $"The container's root knows no {kind} '{Printable.Of(name)}'.", $"Use a number, or add it to /etc/{(kind == "user" ? "passwd" : "group")} there.");
}
