using System.Globalization;
using PSContainer.Engine.Images.Config;
using PSContainer.Engine.Text;

namespace PSContainer.Engine.Builds.Language;

/// <summary>HEALTHCHECK [--interval= --timeout= --start-period= --start-interval= --retries=] CMD … | NONE.</summary>
internal static class HealthcheckReader
{
    public static HealthcheckInstruction Read(Place place, string text, string rest, InstructionFlags flags)
    {
        string[] parts = rest.Split((char[]?)null, 2, StringSplitOptions.TrimEntries);
        string kind = parts[0].ToUpperInvariant(), command = parts.Length > 1 ? parts[1] : "";
        if (kind == "NONE")
        {
            if (command.Length > 0) throw place.Syntax("HEALTHCHECK NONE takes nothing more.", "Write HEALTHCHECK NONE alone.");
            return new HealthcheckInstruction(place, text, new Healthcheck(["NONE"]));
        }
        if (kind != "CMD") throw place.Syntax($"HEALTHCHECK is CMD or NONE, not '{Printable.Of(parts[0])}'.", "Write HEALTHCHECK CMD and the command.");
        CommandLine line = CommandLine.Parse(place, command);
        if (line.Words.Count == 0) throw place.Syntax("HEALTHCHECK CMD has no command.", "Write HEALTHCHECK CMD and the command.");
        var check = new Healthcheck(line.IsExec ? ["CMD", .. line.Words] : ["CMD-SHELL", .. line.Words])
        {
            IntervalSeconds = Seconds(place, flags, "interval"),
            TimeoutSeconds = Seconds(place, flags, "timeout"),
            StartPeriodSeconds = Seconds(place, flags, "start-period"),
            StartIntervalSeconds = Seconds(place, flags, "start-interval"),
            Retries = Retries(place, flags.Text("retries")),
        };
        return new HealthcheckInstruction(place, text, check);
    }

    private static int? Retries(Place place, string? text)
    {
        if (text is null) return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int retries) && retries > 0 ? retries
            : throw place.Error("FlagInvalid", Reason.InvalidInput, $"--retries={Printable.Of(text)} is no number from 1 up.", "Write --retries=3.");
    }

    private static double? Seconds(Place place, InstructionFlags flags, string name)
    {
        if (flags.Text(name) is not { } text) return null;
        TimeSpan? duration = GoDuration.TryParse(text);
        // Docker's own bound; 0 means the default.
        return duration is { } good && (good == TimeSpan.Zero || good >= TimeSpan.FromMilliseconds(1)) ? (good == TimeSpan.Zero ? null : good.TotalSeconds)
            : throw place.Error("FlagInvalid", Reason.InvalidInput, $"--{name}={Printable.Of(text)} is no duration.", "Write 30s, 1m30s or 500ms; 1 ms is the least.");
    }
}
