using PSContainer.Engine.Cgroups.Making;
using PSContainer.Kernel;

namespace PSContainer.Engine.Cgroups.Controllers;

/// <summary>hugetlb (cgroup-v2.rst "HugeTLB"); joined only when a bundle sets it.</summary>
internal static class HugetlbController
{
    public static void Writes(LimitTarget target, CgroupSettings wish, List<CgroupAction> writes)
    {
        foreach (var (size, limit) in wish.HugepageLimits ?? [])
        {
            if (size.Length is 0 or > 8 || size.AsSpan().IndexOfAnyExcept("0123456789KMGB") >= 0 || limit < 0)
            {
                throw new EngineException("LimitOutOfRange", Reason.InvalidInput, $"A hugepage limit of {limit} for pages of \"{size}\".", "Use sizes such as 2MB.");
            }
            var end = target.IsV1 ? "limit_in_bytes" : "max";
            writes.Add(target.Write($"hugetlb.{size}.{end}", limit.ToString(), "limit huge pages in use"));
            // Reserved pages count before they are touched; kernels before 5.7 don't have it (runc does the same).
            writes.Add(target.Write($"hugetlb.{size}.rsvd.{end}", limit.ToString(), "limit huge pages reserved", Errno.ENOENT));
        }
    }
}
