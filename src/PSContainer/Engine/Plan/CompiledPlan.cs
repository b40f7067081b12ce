using System.Runtime.InteropServices;
using PSContainer.Kernel;

namespace PSContainer.Engine.Plan;

/// <summary>A step as the executor reads it: no references, no strings, nothing that a collector moves.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct CompiledStep
{
    public const int MaxTolerated = 6;

    public int Number;
    public short Result;
    public short When;
    public short Unless;
    /// <summary>Bit i: argument i is the number of a slot whose contents are meant.</summary>
    public byte SlotMask;
    public byte FillCount;
    public fixed short Tolerated[MaxTolerated];
    public fixed long Arguments[6];
    public Fill* Fills;
}

/// <summary>Where in memory a slot's contents go before a call (a descriptor inside a structure).</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct Fill
{
    public int* Target;
    public int Slot;
}

/// <summary>A plan marshalled into native memory, ready for a process that may not allocate.</summary>
public sealed unsafe class CompiledPlan : IDisposable
{
    private readonly NativeStrings _memory = new();

    public CompiledPlan(SyscallPlan plan)
    {
        Plan = plan;
        Prepare = Compile(plan.Prepare);
        Between = Compile(plan.Between);
        Child = Compile(plan.Child);
        Slots = (long*)_memory.Allocate(plan.SlotCount * sizeof(long));
        for (int i = 0; i < plan.SlotCount; i++) Slots[i] = -1;
    }

    public SyscallPlan Plan { get; }
    public CompiledStep* Prepare { get; }
    public CompiledStep* Between { get; }
    public CompiledStep* Child { get; }
    public long* Slots { get; }

    /// <summary>Fills a slot that the plan expects from its caller; one that it has no use for is left alone.</summary>
    public void Give(string name, int descriptor)
    {
        if (Plan.Given.TryGetValue(name, out Slot slot)) Slots[slot.Index] = descriptor;
    }

    public void Dispose() => _memory.Dispose();

    private CompiledStep* Compile(IReadOnlyList<Step> steps)
    {
        var compiled = (CompiledStep*)_memory.Allocate(steps.Count * sizeof(CompiledStep));
        for (int i = 0; i < steps.Count; i++) Compile(steps[i], &compiled[i]);
        return compiled;
    }

    private void Compile(Step step, CompiledStep* to)
    {
        to->Number = step.Call.Number;
        to->Result = (short)(step.Result?.Index ?? -1);
        to->When = (short)(step.When?.Index ?? -1);
        to->Unless = (short)(step.Unless?.Index ?? -1);
        for (int i = 0; i < step.Tolerated.Count; i++) to->Tolerated[i] = (short)step.Tolerated[i];
        int fills = 0;
        foreach (Argument argument in step.Arguments)
            if (argument is Argument.Block block) fills += block.Filled.Count;
        if (fills > 0) to->Fills = (Fill*)_memory.Allocate(fills * sizeof(Fill));
        for (int i = 0; i < step.Arguments.Count; i++)
        {
            switch (step.Arguments[i])
            {
                case Argument.Number number:
                    to->Arguments[i] = number.Value;
                    break;
                case Argument.Text text:
                    to->Arguments[i] = _memory.Text(text.Value);
                    break;
                case Argument.Contents contents:
                    to->Arguments[i] = contents.Slot.Index;
                    to->SlotMask |= (byte)(1 << i);
                    break;
                case Argument.Block block:
                    to->Arguments[i] = _memory.Bytes(block.Value);
                    AddFills(block, (byte*)to->Arguments[i], to);
                    break;
                case Argument.Vector vector:
                    to->Arguments[i] = (nint)_memory.Vector(vector.Values);
                    break;
            }
        }
    }

    private void AddFills(Argument.Block block, byte* start, CompiledStep* to)
    {
        foreach ((int offset, byte[] target) in block.Pointers) *(nint*)(start + offset) = _memory.Bytes(target);
        foreach ((int offset, Slot slot) in block.Filled)
            to->Fills[to->FillCount++] = new Fill { Target = (int*)(start + offset), Slot = slot.Index };
    }
}
