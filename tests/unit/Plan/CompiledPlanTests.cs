using System.Runtime.InteropServices;
using System.Text;
using PSContainer.Engine.Plan;
using PSContainer.Kernel;

namespace PSContainer.Tests.Unit.Plan;

/// <summary>Plans as memory: what a process that may not allocate reads.</summary>
public unsafe class CompiledPlanTests
{
    private static readonly CloneStep s_clone = new(CloneFlags.NewNs, "CLONE_NEWNS", null, "a child");

    [Fact]
    public void Arguments_become_numbers_pointers_and_slots()
    {
        var draft = new PlanDraft();
        Slot given = draft.GivenSlot("given");
        draft.Clone(s_clone);
        Slot opened = draft.Add(Call.Openat, "why", [Files.AtFdcwd, "/ü", PlanDraft.Flags(5, "FLAGS")], result: "opened", tolerate: [Errno.ENOENT, Errno.EACCES]);
        draft.Add(Call.Execve, "why", [given, "x", new Argument.Vector(["a", "", "ü"]), new Argument.Vector([])], when: opened, unless: given);
        using var compiled = new CompiledPlan(draft.Finish());

        CompiledStep* first = compiled.Child, second = compiled.Child + 1;
        Assert.Equal(SyscallNumber.Openat, first->Number);
        Assert.Equal((Files.AtFdcwd, 5L, 0L), (first->Arguments[0], first->Arguments[2], first->Arguments[5]));
        Assert.Equal("/ü", Marshal.PtrToStringUTF8((nint)first->Arguments[1]));
        Assert.Equal(((short)opened.Index, (short)-1, (short)-1, (byte)0), (first->Result, first->When, first->Unless, first->SlotMask));
        Assert.Equal(((short)Errno.ENOENT, (short)Errno.EACCES, (short)0), (first->Tolerated[0], first->Tolerated[1], first->Tolerated[2]));

        Assert.Equal(((short)-1, (short)opened.Index, (short)given.Index, (byte)1), (second->Result, second->When, second->Unless, second->SlotMask));
        Assert.Equal(given.Index, second->Arguments[0]);
        Assert.Equal(["a", "", "ü"], Vector(second->Arguments[2]));
        Assert.Empty(Vector(second->Arguments[3]));
    }

    [Fact]
    public void Slots_are_empty_until_they_are_given()
    {
        var draft = new PlanDraft();
        Slot one = draft.GivenSlot("one"), two = draft.GivenSlot("two");
        draft.Clone(s_clone);
        using var compiled = new CompiledPlan(draft.Finish());
        compiled.Give("one", 7);
        compiled.Give("no such slot", 8);
        Assert.Equal((7L, -1L), (compiled.Slots[one.Index], compiled.Slots[two.Index]));
    }

    [Fact]
    public void Structures_hold_pointers_and_places_for_slots()
    {
        var draft = new PlanDraft();
        Slot slot = draft.GivenSlot("slot");
        draft.Clone(s_clone);
        var block = new Argument.Bytes(new byte[24], "{}") { Filled = [(4, slot), (20, slot)], Pointers = [(8, Encoding.ASCII.GetBytes("behind\0"))] };
        draft.Add(Call.Bpf, "why", [block, block]);
        using var compiled = new CompiledPlan(draft.Finish());
        CompiledStep* step = compiled.Child;
        byte* first = (byte*)step->Arguments[0], second = (byte*)step->Arguments[1];
        Assert.True(first != second);
        Assert.Equal("behind", Marshal.PtrToStringAnsi(*(nint*)(first + 8)));
        Assert.Equal(slot.Index, step->Fills[0].Slot);
        Assert.Equal(4, step->FillCount);
        for (int i = 0; i < 4; i++) *step->Fills[i].Target = 90 + i;
        Assert.Equal((90, 91, 92, 93), (*(int*)(first + 4), *(int*)(first + 20), *(int*)(second + 4), *(int*)(second + 20)));
    }

    [Fact]
    public void Every_sample_plan_compiles()
    {
        foreach (SyscallPlan plan in (SyscallPlan[])[SamplePlan.Build(SamplePlan.Spec()), SamplePlan.Build(SamplePlan.Spec("sh"), request => request with { WaitForStart = true, DieWithParent = true })])
        {
            using var compiled = new CompiledPlan(plan);
            for (int i = 0; i < plan.Child.Count; i++)
            {
                Assert.Equal(plan.Child[i].Call.Number, compiled.Child[i].Number);
                for (int n = 0; n < plan.Child[i].Tolerated.Count; n++) Assert.Equal((short)plan.Child[i].Tolerated[n], compiled.Child[i].Tolerated[n]);
            }
        }
    }

    private static string[] Vector(long vector)
    {
        var texts = new List<string>();
        for (nint* at = (nint*)vector; *at != 0; at++) texts.Add(Marshal.PtrToStringUTF8(*at)!);
        return [.. texts];
    }
}
