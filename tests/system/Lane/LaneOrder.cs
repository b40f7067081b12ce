using Xunit.Abstractions;

// Containers are a property of the whole machine: one test at a time, so that what a test finds is its own.
[assembly: CollectionBehavior(CollectionBehavior.CollectionPerAssembly, DisableTestParallelization = true)]
[assembly: TestCollectionOrderer("PSContainer.Tests.System.Lane.LaneOrder", "PSContainer.Tests.System")]

namespace PSContainer.Tests.System.Lane;

/// <summary>The search for leftovers comes after everything that could leave some.</summary>
public sealed class LaneOrder : ITestCollectionOrderer
{
    public const string Last = "last";

    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections)
        => testCollections.OrderBy(collection => collection.DisplayName == Last);
}
