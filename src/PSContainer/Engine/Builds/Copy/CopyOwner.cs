using PSContainer.Engine.Builds.Language;
using PSContainer.Engine.Entry;
using PSContainer.Engine.Spec;

namespace PSContainer.Engine.Builds.Copy;

/// <summary>--chown: names are the image's own; a number without a group is the group's number as well, docker says.</summary>
internal static class CopyOwner
{
    /// <param name="root">The image's merged root.</param>
    /// <returns>null where the files' own owners stay.</returns>
    /// <exception cref="EngineException">UserInvalid, UserNotFound.</exception>
    public static (uint Uid, uint Gid)? Resolve(CopyInstruction copy, int root)
    {
        if (copy.Owner is not { } text) return null;
        bool isNumber = text.All(char.IsAsciiDigit);
        UserSpec user = UserName.Resolve(isNumber ? $"{text}:{text}" : text, path => UserName.ReadBelow(root, path));
        return (user.Uid, user.Gid);
    }
}
