using PSContainer.Engine;

namespace PSContainer.Tests.Unit.House;

/// <summary>The Engine's rooms stand on floors: each uses only those that docs/architecture.md draws below it.</summary>
public sealed class FloorsTests
{
    private const string Door = "PSContainer.Engine", Engine = "src/PSContainer/Engine";

    private static readonly IReadOnlyList<string> s_floors = SourceTree.Floors();

    [Fact]
    public void The_page_names_every_room_once()
    {
        using TypeUses uses = Uses();
        Assert.Equal(s_floors.Count, s_floors.Distinct().Count());
        Assert.Equal(uses.Types().Select(RoomOf).OfType<string>().Where(room => room != Door).Distinct().Order(), s_floors.Order());
    }

    [Fact]
    public void No_type_uses_one_of_a_room_above()
    {
        using TypeUses uses = Uses();
        IEnumerable<string> upwards = uses.All().Where(use => RoomOf(use.From) is { } from && RoomOf(use.To) is { } to && FloorOf(to) > FloorOf(from))
            .Select(use => $"{use.From} uses {use.To}");
        AssertNone(upwards);
    }

    // What the assembly does not tell: constants, nameof, and what only a comment refers to.
    [Fact]
    public void No_file_names_a_room_above()
    {
        var upwards = new List<string>();
        foreach (string source in SourceTree.Sources(Engine))
        {
            string text = SourceTree.Read(source);
            if (RoomOf(SourceTree.NamespaceOf(text)) is not { } room) continue;
            upwards.AddRange(SourceTree.Usings(text).Where(used => RoomOf(used) is { } other && FloorOf(other) > FloorOf(room)).Select(used => $"{source} uses {used}"));
        }
        AssertNone(upwards);
    }

    // Whatever the page says: this is what there can be an order of.
    [Fact]
    public void No_rooms_stand_in_a_circle()
    {
        using TypeUses uses = Uses();
        var below = uses.All().Select(use => (From: RoomOf(use.From), To: RoomOf(use.To))).Where(use => use is { From: not null, To: not null } && use.From != use.To)
            .ToLookup(use => use.From!, use => use.To!);
        HashSet<string> left = [.. below.Select(uses => uses.Key)];
        while (left.RemoveWhere(room => !below[room].Any(left.Contains)) > 0) { }
        AssertNone(left);
    }

    // All of them, whole: xunit's own message shortens both the list and its lines.
    private static void AssertNone(IEnumerable<string> found) => Assert.True(!found.Any(), string.Join('\n', found.Order()));

    private static TypeUses Uses() => new(typeof(EngineException).Assembly.Location);

    // The Engine's door is below all rooms: how an operation fails is for everybody.
    private static int FloorOf(string room)
    {
        for (int floor = 0; floor < s_floors.Count; floor++)
            if (s_floors[floor] == room) return floor + 1;
        return room == Door ? 0 : throw new KeyNotFoundException($"docs/architecture.md knows no room {room}.");
    }

    private static string? RoomOf(TypeName type) => RoomOf(type.Namespace);

    // null for what is none of the Engine's: the runtime's own, and what the compiler makes.
    private static string? RoomOf(string? name)
        => name == Door ? Door : name?.StartsWith(Door + '.', StringComparison.Ordinal) == true ? name[(Door.Length + 1)..].Split('.')[0] : null;
}
