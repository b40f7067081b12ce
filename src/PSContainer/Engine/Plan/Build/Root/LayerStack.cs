namespace PSContainer.Engine.Plan.Build.Root;

/// <summary>
/// The options of an overlay over many layers. They must fit the one page that mount(2) takes (fsconfig(2) takes 256 bytes a
/// value, and "lowerdir+" only from Linux 6.7), so each folder gets a link of one or two characters in a small tmpfs that is
/// the working directory while the overlay is mounted. It also keeps the host's paths out of the container's mountinfo.
/// </summary>
public static class LayerStack
{
    /// <summary>overlayfs's own limit (OVL_MAX_STACK), less the layer of mount points below all.</summary>
    public const int MostLayers = 499;

    public const string Upper = "upper", Work = "work";

    private const string Digits = "0123456789abcdefghijklmnopqrstuvwxyz";

    /// <summary>The link's name of the layer with this number.</summary>
    public static string Link(int number) => number < Digits.Length ? Digits[number].ToString() : $"{Digits[number / Digits.Length]}{Digits[number % Digits.Length]}";

    /// <param name="layers">How many folders lie below.</param>
    /// <param name="isWritable">There is an upper directory.</param>
    /// <param name="isVolatile">What is written need not outlive a power cut.</param>
    public static string Options(int layers, bool isWritable, bool isVolatile)
    {
        string lower = "lowerdir=" + string.Join(':', Enumerable.Range(0, layers).Select(Link));
        if (!isWritable) return lower;
        string[] options =
        [
            lower, "upperdir=" + Upper, "workdir=" + Work,
            // The upper directory is to be a plain layer, which any tool can pack: a folder that is renamed is copied, not redirected,
            // and no redirect that a layer may bring along is followed.
            "redirect_dir=nofollow",
            // A change of mode or owner copies the contents up too, else the upper directory would not be complete without the lower ones.
            "metacopy=off",
            // With it, a start right after a stop is EBUSY until the kernel has let go of the last mount.
            "index=off",
            // Without it, the end of the mount waits until all that this disk has to write is written (Linux 5.10).
            .. isVolatile ? ["volatile"] : (string[])[],
        ];
        return string.Join(',', options);
    }
}
