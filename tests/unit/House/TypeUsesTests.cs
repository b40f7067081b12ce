#pragma warning disable CS0169, CS0649, CS0414, IDE0051, CA1812 // Nobody runs these: they are read.

namespace PSContainer.Tests.Unit.House;

/// <summary>A floor plan is worth what its surveyor sees: each way in which a type can use another is seen.</summary>
public sealed class TypeUsesTests
{
    [Theory]
    [InlineData(nameof(ByBase))]
    [InlineData(nameof(ByInterface))]
    [InlineData(nameof(ByConstraint<UsedClass>))]
    [InlineData(nameof(ByAttribute))]
    [InlineData(nameof(ByField))]
    [InlineData(nameof(ByGenericArgument))]
    [InlineData(nameof(ByArrayOfPointers))]
    [InlineData(nameof(BySignature))]
    [InlineData(nameof(ByLocal))]
    [InlineData(nameof(ByCatch))]
    [InlineData(nameof(ByCall))]
    [InlineData(nameof(ByGenericCall))]
    [InlineData(nameof(ByToken))]
    [InlineData(nameof(ByLambda))]
    [InlineData(nameof(ByIterator))]
    public void Is_seen(string user)
    {
        using var uses = new TypeUses(typeof(TypeUsesTests).Assembly.Location);
        Assert.Contains(uses.All(), use => use.From.Name.Split('`')[0] == user && use.To.Name.TrimStart('I').StartsWith("Used", StringComparison.Ordinal));
    }

    [Fact]
    public void What_uses_nothing_is_seen_to()
    {
        using var uses = new TypeUses(typeof(TypeUsesTests).Assembly.Location);
        Assert.DoesNotContain(uses.All(), use => use.From.Name == nameof(UsedClass));
    }
}

internal class UsedClass { internal static int Number() => 1; }
internal interface IUsed;
internal struct UsedStruct;
internal sealed class UsedException : Exception;
internal sealed class UsedAttribute : Attribute;

internal sealed class ByBase : UsedClass;
internal sealed class ByInterface : IUsed;
internal sealed class ByConstraint<T> where T : UsedClass;
[Used] internal sealed class ByAttribute;
internal sealed class ByField { private UsedClass? _field; }
internal sealed class ByGenericArgument { private Dictionary<string, List<UsedClass>>? _field; }
internal sealed unsafe class ByArrayOfPointers { private UsedStruct*[]? _field; }
internal abstract class BySignature { public abstract void Take(in UsedStruct value); }
internal sealed class ByLocal { public static int Count() { Span<UsedStruct> local = stackalloc UsedStruct[2]; return local.Length; } }
internal sealed class ByCatch { public static void Try(Action action) { try { action(); } catch (UsedException) { } } }
internal sealed class ByCall { public static int Call() => UsedClass.Number(); }
internal sealed class ByGenericCall { public static object Call() => Array.Empty<UsedClass>(); }
internal sealed class ByToken { public static Type Of() => typeof(UsedClass); }
internal sealed class ByLambda { public static Func<int, int> Make(int more) => number => number + more + UsedClass.Number(); }
internal sealed class ByIterator { public static IEnumerable<int> Numbers() { yield return UsedClass.Number(); } }
