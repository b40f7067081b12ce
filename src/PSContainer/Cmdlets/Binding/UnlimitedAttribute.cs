using System.Management.Automation;

namespace PSContainer.Cmdlets.Binding;

/// <summary>"max", and what a limit that was read says of no limit (LimitValues), beside -1.</summary>
public sealed class UnlimitedAttribute : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object plain = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return plain is double.PositiveInfinity || (plain is string text && text.Trim().Equals("max", StringComparison.OrdinalIgnoreCase)) ? -1 : plain;
    }
}
