using PSContainer.Engine.Builds.Language;
using PSContainer.Engine.Text;

namespace PSContainer.Engine.Builds.Copy;

/// <summary>How a COPY's files are to be: whose, and with which permissions.</summary>
/// <param name="Owner">null: as they are, in the stage or image that they come from.</param>
/// <param name="Mode">Twelve bits for files and folders; null leaves theirs.</param>
internal sealed record FileManner((uint Uid, uint Gid)? Owner, uint? Mode)
{
    /// <summary>Of folders that are made on the way.</summary>
    public const uint FolderMode = 0x1ED; // 0755

    /// <summary>"755" or "0755" of --chmod.</summary>
    /// <exception cref="EngineException">FlagInvalid.</exception>
    public static uint? ParseMode(Place place, string? text)
    {
        if (text is null) return null;
        bool isOctal = text.Length is > 0 and <= 5 && !text.AsSpan().ContainsAnyExceptInRange('0', '7');
        uint mode = isOctal ? Convert.ToUInt32(text, 8) : uint.MaxValue;
        return mode <= 0xFFF ? mode : throw place.Error("FlagInvalid", Reason.InvalidInput, $"--chmod={Printable.Of(text)} is no mode.", "Write it in octal digits: --chmod=755.");
    }
}
