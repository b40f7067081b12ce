using System.Collections;
using System.Management.Automation;

namespace PSContainer.Cmdlets.Binding;

/// <summary>Name-value pairs: a hashtable, or docker's 'NAME=value' strings.</summary>
public sealed class NameValueAttribute : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object plain = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if (plain is IDictionary) return plain;
        IEnumerable texts = plain is string one ? new[] { one } : plain as IEnumerable ?? throw Wrong(plain);
        var pairs = new Hashtable(StringComparer.Ordinal);
        foreach (object item in texts)
        {
            string text = item?.ToString() ?? "";
            int equals = text.IndexOf('=');
            if (equals <= 0) throw Wrong(text);
            pairs[text[..equals]] = text[(equals + 1)..];
        }
        return pairs;
    }

    /// <summary>The pairs as text, whatever their values were.</summary>
    internal static IReadOnlyDictionary<string, string> Pairs(IDictionary? pairs)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry pair in pairs ?? new Hashtable())
            texts[LanguagePrimitives.ConvertTo<string>(pair.Key)] = LanguagePrimitives.ConvertTo<string>(pair.Value);
        return texts;
    }

    private static ArgumentTransformationMetadataException Wrong(object value)
        => new($"'{value}' is neither a hashtable nor 'NAME=value'.");
}
