using PSContainer.Engine.Text;
using PSContainer.Kernel.Seccomp;

namespace PSContainer.Engine.Seccomp;

/// <summary>
/// Two answers to the same call. libseccomp lets the rule without comparisons win, whatever stands beside it, and says nothing: who denies
/// an argument of a call that another line allows altogether would believe in a wall that is not there.
/// </summary>
internal static class SeccompConflicts
{
    /// <exception cref="EngineException">SeccompInvalid.</exception>
    public static void Check(IReadOnlyList<SeccompRule> rules, uint otherwise)
    {
        var whole = new Dictionary<string, uint>();
        foreach (SeccompRule rule in rules)
        {
            if (rule.Arguments.Count > 0) continue;
            foreach (string name in rule.Names)
                if (!whole.TryAdd(name, rule.Action) && whole[name] != rule.Action) throw Contradiction(name);
        }
        foreach (SeccompRule rule in rules)
        {
            if (rule.Arguments.Count == 0) continue;
            foreach (string name in rule.Names)
                // What every other call is answered as well is no rule.
                if (whole.TryGetValue(name, out uint action) && action != rule.Action && action != otherwise) throw Contradiction(name);
        }
    }

    private static EngineException Contradiction(string name) => SeccompReader.Invalid($"it contradicts itself about '{Printable.Of(name)}'");
}
