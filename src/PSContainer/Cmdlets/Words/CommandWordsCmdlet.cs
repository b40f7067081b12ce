using System.Management.Automation;
using PSContainer.Cmdlets.Base;

namespace PSContainer.Cmdlets.Words;

/// <summary>A cmdlet that takes a command line: the words behind the program are the program's.</summary>
public abstract class CommandWordsCmdlet : ContainerCmdlet
{
    private bool _isChecked;

    /// <summary>The program's arguments, handed over as they are.</summary>
    [Parameter(ValueFromRemainingArguments = true)]
    [Alias("Args")]
    [AllowEmptyString]
    public string[] ArgumentList { get; set; } = [];

    /// <summary>
    /// Catches a program's short options. PowerShell takes -c for the beginning of a parameter's name, or calls it ambiguous; an alias that is the
    /// very word comes first, so that it is us who say what to do. Here is every beginning of one or two letters that a parameter of ours has.
    /// </summary>
    [Parameter(DontShow = true)]
    [Alias("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", "r", "s", "t", "u", "v", "w", "x", "y", "z",
        "ad", "ar", "au", "ca", "co", "cp", "de", "dn", "en", "er", "ex", "gr", "ho", "id", "im", "in", "la", "ma", "me", "na", "ne", "no", "ou", "pa", "pi", "pr", "pu",
        "re", "ro", "se", "sy", "ti", "tm", "ty", "ul", "us", "ve", "vo", "wh", "wo")]
    public SwitchParameter DashWord { get; set; }

    /// <summary>The words of the command line; null where no program is named.</summary>
    /// <exception cref="PSContainer.Engine.EngineException">Words that PowerShell has kept for itself; a script block that is no command line.</exception>
    internal CommandWords? Words(object? command)
    {
        if (!_isChecked) DashWords.Check(MyInvocation, ParameterSetName);
        _isChecked = true;
        return command is null ? null : CommandWords.Of(command, ArgumentList, SessionState);
    }
}
