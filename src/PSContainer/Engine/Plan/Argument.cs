using System.Runtime.InteropServices;
using PSContainer.Engine.Text;

namespace PSContainer.Engine.Plan;

/// <summary>One argument of a step, still as data: what goes to the kernel, and how it reads.</summary>
public abstract record Argument
{
    /// <summary>A number or flags; <paramref name="Shown"/> is how it reads ("O_PATH|O_NOFOLLOW").</summary>
    public sealed record Number(long Value, string? Shown = null) : Argument
    {
        public override string ToString() => Shown ?? Value.ToString();
    }

    /// <summary>A pointer to a NUL-terminated string.</summary>
    public sealed record Text(string Value) : Argument
    {
        public override string ToString() => '"' + Printable.Of(Value) + '"';
    }

    /// <summary>The contents of a slot.</summary>
    public sealed record Contents(Slot Slot) : Argument
    {
        public override string ToString() => Slot.ToString();
    }

    /// <summary>A pointer to memory.</summary>
    /// <param name="Value">What lies there.</param>
    public abstract record Block(byte[] Value) : Argument
    {
        /// <summary>Slots whose contents (int) the memory holds at these offsets when the call is made.</summary>
        public IReadOnlyList<(int Offset, Slot Slot)> Filled { get; init; } = [];

        /// <summary>Other memory that it points at, by the offset of the pointer.</summary>
        public IReadOnlyList<(int Offset, byte[] Target)> Pointers { get; init; } = [];
    }

    /// <summary>A pointer to bytes that are told of in words.</summary>
    /// <param name="Shown">How they read.</param>
    public sealed record Bytes(byte[] Value, string Shown) : Block(Value)
    {
        public override string ToString() => Shown;
    }

    /// <summary>A pointer to a structure. How it reads is found out only where somebody reads: most plans are never shown.</summary>
    public sealed record Structure<T>(T Data, Func<T, string> Show) : Block(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in Data)).ToArray()) where T : unmanaged
    {
        public override string ToString() => Show(Data);
    }

    /// <summary>A pointer to a null-terminated vector of strings: argv, envp.</summary>
    public sealed record Vector(IReadOnlyList<string> Values) : Argument
    {
        public override string ToString() => "[" + string.Join(", ", Values.Select(v => '"' + Printable.Of(v) + '"')) + "]";
    }

    public static implicit operator Argument(long value) => new Number(value);
    public static implicit operator Argument(string value) => new Text(value);
    public static implicit operator Argument(Slot slot) => new Contents(slot);
}
