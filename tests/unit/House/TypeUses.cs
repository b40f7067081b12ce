using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace PSContainer.Tests.Unit.House;

/// <summary>
/// Which of an assembly's own types use which others, as the compiler has written it down: bases, interfaces, constraints, attributes, fields, signatures,
/// locals, caught exceptions, and every token in a method's code (ECMA-335 II.22, III). A constant leaves no trace there, for it is copied.
/// </summary>
internal sealed class TypeUses : IDisposable
{
    private static readonly Dictionary<int, OperandType> s_operands = typeof(OpCodes).GetFields()
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => (int)(ushort)code.Value, code => code.OperandType);

    private readonly PEReader _file;
    private readonly MetadataReader _metadata;
    private readonly UsedTypes _used = new();

    public TypeUses(string path)
    {
        _file = new PEReader(File.OpenRead(path));
        _metadata = _file.GetMetadataReader();
    }

    /// <summary>Each pair once; what is nested counts for the type that it stands in.</summary>
    public IReadOnlyCollection<(TypeName From, TypeName To)> All()
    {
        var all = new HashSet<(TypeName, TypeName)>();
        foreach (TypeDefinitionHandle handle in _metadata.TypeDefinitions)
        {
            _used.Found.Clear();
            Take(_metadata.GetTypeDefinition(handle));
            TypeName from = NameOf(handle);
            foreach (TypeDefinitionHandle used in _used.Found)
                if (NameOf(used) is var to && to != from) all.Add((from, to));
        }
        return all;
    }

    public IEnumerable<TypeName> Types() => _metadata.TypeDefinitions.Select(NameOf).Distinct();

    public void Dispose() => _file.Dispose();

    private TypeName NameOf(TypeDefinitionHandle handle)
    {
        TypeDefinition type = _metadata.GetTypeDefinition(handle);
        while (type.GetDeclaringType() is { IsNil: false } outer) type = _metadata.GetTypeDefinition(outer);
        return new TypeName(_metadata.GetString(type.Namespace), _metadata.GetString(type.Name));
    }

    private void Take(TypeDefinition type)
    {
        Take(type.BaseType);
        Take(type.GetCustomAttributes());
        Take(type.GetGenericParameters());
        foreach (InterfaceImplementationHandle handle in type.GetInterfaceImplementations()) Take(_metadata.GetInterfaceImplementation(handle).Interface);
        foreach (FieldDefinitionHandle handle in type.GetFields())
        {
            Take(handle);
            Take(_metadata.GetFieldDefinition(handle).GetCustomAttributes());
        }
        foreach (MethodDefinitionHandle handle in type.GetMethods())
        {
            Take(handle);
            MethodDefinition method = _metadata.GetMethodDefinition(handle);
            Take(method.GetCustomAttributes());
            Take(method.GetGenericParameters());
            if (method.RelativeVirtualAddress != 0) Take(_file.GetMethodBody(method.RelativeVirtualAddress));
        }
    }

    private void Take(CustomAttributeHandleCollection attributes)
    {
        foreach (CustomAttributeHandle handle in attributes) Take(_metadata.GetCustomAttribute(handle).Constructor);
    }

    private void Take(GenericParameterHandleCollection parameters)
    {
        foreach (GenericParameterHandle handle in parameters)
            foreach (GenericParameterConstraintHandle constraint in _metadata.GetGenericParameter(handle).GetConstraints())
                Take(_metadata.GetGenericParameterConstraint(constraint).Type);
    }

    private void Take(MethodBodyBlock body)
    {
        Take(body.LocalSignature);
        foreach (ExceptionRegion region in body.ExceptionRegions) Take(region.CatchType);
        BlobReader code = body.GetILReader();
        while (code.RemainingBytes > 0)
        {
            const int twoBytes = 0xFE;
            int instruction = code.ReadByte();
            if (instruction == twoBytes) instruction = twoBytes << 8 | code.ReadByte();
            switch (s_operands[instruction])
            {
                case OperandType.InlineNone: break;
                case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar: code.Offset += 1; break;
                case OperandType.InlineVar: code.Offset += 2; break;
                case OperandType.InlineI8 or OperandType.InlineR: code.Offset += 8; break;
                case OperandType.InlineSwitch:
                    int targets = code.ReadInt32();
                    code.Offset += 4 * targets;
                    break;
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType or OperandType.InlineSig:
                    Take((EntityHandle)MetadataTokens.Handle(code.ReadInt32()));
                    break;
                default: code.Offset += 4; break;
            }
        }
    }

    // A member stands for its type, and for those in its own signature.
    private void Take(EntityHandle handle)
    {
        if (handle.IsNil) return;
        switch (handle.Kind)
        {
            case HandleKind.TypeDefinition:
                _used.Found.Add((TypeDefinitionHandle)handle);
                break;
            case HandleKind.TypeSpecification:
                _metadata.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(_used, null);
                break;
            case HandleKind.FieldDefinition:
                FieldDefinition field = _metadata.GetFieldDefinition((FieldDefinitionHandle)handle);
                _used.Found.Add(field.GetDeclaringType());
                field.DecodeSignature(_used, null);
                break;
            case HandleKind.MethodDefinition:
                MethodDefinition method = _metadata.GetMethodDefinition((MethodDefinitionHandle)handle);
                _used.Found.Add(method.GetDeclaringType());
                method.DecodeSignature(_used, null);
                break;
            case HandleKind.MemberReference:
                MemberReference member = _metadata.GetMemberReference((MemberReferenceHandle)handle);
                Take(member.Parent);
                if (member.GetKind() == MemberReferenceKind.Field) member.DecodeFieldSignature(_used, null);
                else member.DecodeMethodSignature(_used, null);
                break;
            case HandleKind.MethodSpecification:
                MethodSpecification generic = _metadata.GetMethodSpecification((MethodSpecificationHandle)handle);
                Take(generic.Method);
                generic.DecodeSignature(_used, null);
                break;
            case HandleKind.StandaloneSignature:
                StandaloneSignature signature = _metadata.GetStandaloneSignature((StandaloneSignatureHandle)handle);
                if (signature.GetKind() == StandaloneSignatureKind.LocalVariables) signature.DecodeLocalSignature(_used, null);
                else signature.DecodeMethodSignature(_used, null);
                break;
        }
    }
}
