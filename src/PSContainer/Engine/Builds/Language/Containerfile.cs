using System.Text;
using PSContainer.Engine.Text;

namespace PSContainer.Engine.Builds.Language;

/// <summary>A Containerfile (a Dockerfile by another name): the ARGs before everything, then its stages.</summary>
/// <param name="Escape">Its escape character, '\' or '`'.</param>
public sealed record Containerfile(IReadOnlyList<ArgInstruction> Arguments, IReadOnlyList<Stage> Stages, char Escape)
{
    /// <summary>What it may be called, the first that is there.</summary>
    public static IReadOnlyList<string> Names { get; } = ["Containerfile", "Dockerfile"];

    /// <summary>Far more than a person writes.</summary>
    private const int LongestFile = 16 << 20;

    /// <param name="path">The file.</param>
    /// <param name="name">What errors call it.</param>
    /// <exception cref="EngineException">ContainerfileNotFound, ContainerfileInvalid, and those of its instructions.</exception>
    public static Containerfile Load(string path, string name)
    {
        try
        {
            var file = new FileInfo(path);
            if (file.Exists && file.Length > LongestFile)
                throw new EngineException("ContainerfileInvalid", Reason.InvalidInput, $"{name} has {file.Length} bytes.", "Name the file that says how the image is built.");
            return Parse(File.ReadAllText(path, new UTF8Encoding(false, throwOnInvalidBytes: true)), name);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new EngineException("ContainerfileNotFound", Reason.NotFound, $"There is no file '{Printable.Of(path)}'.", "Name it with -File; else it is Containerfile or Dockerfile in the context.", missing);
        }
        catch (DecoderFallbackException broken)
        {
            throw new EngineException("ContainerfileInvalid", Reason.InvalidInput, $"{name} is no text in UTF-8.", "Save it as UTF-8.", broken);
        }
    }

    /// <exception cref="EngineException">As <see cref="Load"/>.</exception>
    public static Containerfile Parse(string text, string name)
    {
        var lines = new LineReader(name, text);
        List<LogicalLine> instructions = lines.Read();
        var reader = new InstructionReader(lines.Escape);
        var arguments = new List<ArgInstruction>();
        var stages = new List<Stage>();
        foreach (Instruction instruction in instructions.Select(reader.Read))
        {
            if (instruction is FromInstruction from) stages.Add(new Stage(stages.Count, from, []));
            else if (stages.Count > 0) stages[^1] = stages[^1] with { Steps = [.. stages[^1].Steps, instruction] };
            else if (instruction is ArgInstruction argument) arguments.Add(argument);
            else throw instruction.Place.Syntax($"{instruction.Text.Split(' ')[0]} stands before the first FROM.", "Only ARG may; begin with FROM and the image to build upon, or FROM scratch.");
        }
        if (stages.Count == 0) throw new Place(name, 1).Syntax("there is no FROM.", "Begin with FROM and the image to build upon, or FROM scratch.");
        foreach (IGrouping<string, Stage> same in stages.Where(stage => stage.Name is not null).GroupBy(stage => stage.Name!))
            if (same.Skip(1).FirstOrDefault() is { } second) throw second.From.Place.Syntax($"there is a stage '{same.Key}' already.", "Give each its own name.");
        return new Containerfile(arguments, stages, lines.Escape);
    }

    /// <summary>An ONBUILD trigger of an image, as an instruction of ours.</summary>
    /// <param name="trigger">As the image has it.</param>
    /// <param name="place">The FROM that brings it.</param>
    public static Instruction ParseTrigger(string trigger, Place place)
    {
        Instruction read = new InstructionReader('\\').Read(new LogicalLine(place, trigger.Trim()));
        return read is OnbuildInstruction or FromInstruction or MaintainerInstruction
            ? throw place.Syntax($"the image's trigger '{Printable.Of(trigger)}' can't be one.", "Build upon another image.") : read;
    }

    /// <summary>A stage by its name or number.</summary>
    public Stage? Find(string nameOrNumber)
        => Stages.FirstOrDefault(stage => stage.Name == nameOrNumber.ToLowerInvariant())
        ?? (int.TryParse(nameOrNumber, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int number) && number < Stages.Count ? Stages[number] : null);
}

/// <summary>A FROM and what follows it.</summary>
/// <param name="Index">From 0.</param>
public sealed record Stage(int Index, FromInstruction From, IReadOnlyList<Instruction> Steps)
{
    public string? Name => From.Name;

    /// <summary>For people: its name, else "stage-1".</summary>
    public string Title => Name ?? $"stage-{Index}";
}
