using System.Collections.Immutable;
using System.Reflection.Metadata;

namespace PSContainer.Tests.Unit.House;

/// <summary>Notes the assembly's own types as a signature names them; what is made of them (arrays, pointers, generic types) is nothing more.</summary>
internal sealed class UsedTypes : ISignatureTypeProvider<object?, object?>
{
    public HashSet<TypeDefinitionHandle> Found { get; } = [];

    public object? GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind)
    {
        Found.Add(handle);
        return null;
    }

    public object? GetTypeFromSpecification(MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind)
        => reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);

    public object? GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => null;
    public object? GetArrayType(object? elementType, ArrayShape shape) => null;
    public object? GetByReferenceType(object? elementType) => null;
    public object? GetFunctionPointerType(MethodSignature<object?> signature) => null;
    public object? GetGenericInstantiation(object? genericType, ImmutableArray<object?> typeArguments) => null;
    public object? GetGenericMethodParameter(object? genericContext, int index) => null;
    public object? GetGenericTypeParameter(object? genericContext, int index) => null;
    public object? GetModifiedType(object? modifier, object? unmodifiedType, bool isRequired) => null;
    public object? GetPinnedType(object? elementType) => null;
    public object? GetPointerType(object? elementType) => null;
    public object? GetPrimitiveType(PrimitiveTypeCode typeCode) => null;
    public object? GetSZArrayType(object? elementType) => null;
}
