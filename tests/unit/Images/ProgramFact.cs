namespace PSContainer.Tests.Unit.Images;

/// <summary>A fact that is reported as not run where a program is missing.</summary>
internal sealed class ProgramFactAttribute : FactAttribute
{
    public ProgramFactAttribute(string program) => Skip = Programs.Missing(program);
}

/// <inheritdoc cref="ProgramFactAttribute"/>
internal sealed class ProgramTheoryAttribute : TheoryAttribute
{
    public ProgramTheoryAttribute(string program) => Skip = Programs.Missing(program);
}

internal static class Programs
{
    public static string? Missing(string program)
        => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, program))) ? null : $"needs {program}";
}
