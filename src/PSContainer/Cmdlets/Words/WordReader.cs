using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Language;
using PSContainer.Engine;

namespace PSContainer.Cmdlets.Words;

/// <summary>The words of one command, as PowerShell would hand them to a program.</summary>
/// <param name="module">Whose variables the script block sees: a closure's or a module's own; null for the session's.</param>
/// <param name="session">The session.</param>
internal sealed class WordReader(PSModuleInfo? module, SessionState session)
{
    public SessionState Session => session;

    /// <exception cref="EngineException">ScriptNotPlain, VariableMissing.</exception>
    public List<Word> Read(IReadOnlyList<Ast> elements)
    {
        var words = new List<Word>();
        int end = -1;
        foreach (Ast element in elements)
        {
            List<Word> read = [.. Read(element)];
            // -I{} and 'a'b: what touches is one word.
            if (element.Extent.StartOffset == end && words.Count > 0 && read.Count > 0)
            {
                words[^1] = words[^1] + read[0];
                read.RemoveAt(0);
            }
            words.AddRange(read);
            end = element.Extent.EndOffset;
        }
        return words;
    }

    private IEnumerable<Word> Read(Ast element) => element switch
    {
        StringConstantExpressionAst { StringConstantType: StringConstantType.BareWord } bare => [Word.Bare(bare.Value)],
        StringConstantExpressionAst quoted => [Word.Plain(quoted.Value)],
        // 1e3 and 50MB are words, not what PowerShell would count.
        ConstantExpressionAst number => [Word.Plain(number.Extent.Text)],
        ExpandableStringExpressionAst { StringConstantType: StringConstantType.BareWord } bare => [Word.Bare(Expand(bare, '"' + bare.Extent.Text.Replace("\"", "`\"") + '"'))],
        ExpandableStringExpressionAst quoted => [Word.Plain(Expand(quoted, quoted.Extent.Text))],
        CommandParameterAst { Argument: { } value } option => [Word.Plain(option.Extent.Text[..(value.Extent.StartOffset - option.Extent.StartOffset)]) + Single(value)],
        CommandParameterAst option => [Word.Plain(option.Extent.Text)],
        // mount -o ro,bind
        ArrayLiteralAst list => [list.Elements.Select(Single).Aggregate(static (all, next) => all + Word.Plain(",") + next)],
        // find -exec and xargs -I
        ScriptBlockExpressionAst braces when braces.Extent.Text == "{}" => [Word.Plain("{}")],
        VariableExpressionAst or MemberExpressionAst or IndexExpressionAst => Values((ExpressionAst)element),
        _ => throw ScriptWords.NotPlain(element),
    };

    private Word Single(ExpressionAst value) => Read(value).ToList() is [var one] ? one : throw ScriptWords.NotPlain(value);

    // $words is as many words as it has values, and none where it is empty.
    private IEnumerable<Word> Values(ExpressionAst variable)
    {
        Check(variable);
        string text = variable is VariableExpressionAst { Splatted: true } splatted ? $"${{{splatted.VariablePath.UserPath}}}" : variable.Extent.Text;
        foreach (PSObject? value in Evaluate(text))
            if (value is not null) yield return Word.Plain(LanguagePrimitives.ConvertTo<string>(value));
    }

    private string Expand(ExpandableStringExpressionAst text, string source)
    {
        foreach (ExpressionAst nested in text.NestedExpressions) Check(nested);
        return LanguagePrimitives.ConvertTo<string>(Evaluate(source).Single());
    }

    // $x, $env:X, $x.Name, $x[0]. What calls something is PowerShell, and a variable that is none is more likely the container's own.
    private void Check(ExpressionAst expression)
    {
        switch (expression)
        {
            case VariableExpressionAst variable:
                if (!Exists(variable.VariablePath)) throw Missing(variable);
                break;
            case InvokeMemberExpressionAst:
                throw ScriptWords.NotPlain(expression);
            case MemberExpressionAst { Static: false, Member: StringConstantExpressionAst } member:
                Check(member.Expression);
                break;
            case IndexExpressionAst { Index: ConstantExpressionAst or VariableExpressionAst } index:
                Check(index.Target);
                break;
            case SubExpressionAst { SubExpression.Statements: [PipelineAst { PipelineElements: [CommandExpressionAst { Expression: { } inner }] }] }:
                Check(inner);
                break;
            default:
                throw ScriptWords.NotPlain(expression);
        }
    }

    private bool Exists(VariablePath path)
        => path.IsDriveQualified ? session.InvokeProvider.Item.Exists(path.UserPath) : (module?.SessionState ?? session).PSVariable.Get(path.UserPath) is not null;

    private Collection<PSObject> Evaluate(string expression)
    {
        ScriptBlock script = ScriptBlock.Create(expression);
        return session.InvokeCommand.InvokeScript(false, module?.NewBoundScriptBlock(script) ?? script, null);
    }

    private static EngineException Missing(VariableExpressionAst variable)
    {
        string advice = $"The container's own is a shell's to expand: {{ sh -c 'echo {variable.Extent.Text}' }}.";
        return new EngineException("VariableMissing", Reason.InvalidInput, $"There is no variable {variable.Extent.Text} in this session.", advice);
    }
}
