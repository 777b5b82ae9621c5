namespace LeadRelay.Sandbox.GraphQl;

public abstract record SchemaType(string Name);

public sealed record ScalarType(string Name) : SchemaType(Name);

public sealed record EnumType(string Name, IReadOnlyList<string> Words) : SchemaType(Name);

public sealed record InputType(string Name, IReadOnlyDictionary<string, InputField> Fields) : SchemaType(Name);

/// <summary>An object type or an interface: what selections are made on.</summary>
public sealed record CompositeType(string Name, bool IsInterface, IReadOnlyDictionary<string, FieldDefinition> Fields, IReadOnlyList<string> Interfaces)
    : SchemaType(Name);

public sealed record FieldDefinition(string Name, TypeRef Type, IReadOnlyDictionary<string, InputField> Arguments);

/// <summary>A field of an input type, or an argument.</summary>
public sealed record InputField(string Name, TypeRef Type, Value? Default)
{
    public bool MustBeGiven => Type.Required && Default is null;
}

/// <summary>The types a document may use, by name.</summary>
public sealed record Schema(IReadOnlyDictionary<string, SchemaType> Types)
{
    public SchemaType? Find(string name) => Types.GetValueOrDefault(name);

    public CompositeType Root(OperationKind kind) => (CompositeType)Types[kind.ToString()];

    public bool IsInput(TypeRef type) => Find(type.Innermost) is ScalarType or EnumType or InputType;

    /// <summary>Whether a value of the one type can turn out to be of the other, so that a fragment makes sense.</summary>
    public static bool Overlap(CompositeType one, CompositeType other) =>
        one.Name == other.Name || one.Interfaces.Contains(other.Name) || other.Interfaces.Contains(one.Name);

    /// <summary>The same schema with only these fields on one of its types.</summary>
    public Schema Keep(string type, params IReadOnlyList<string> fields)
    {
        var whole = (CompositeType)Types[type];
        var kept = whole with { Fields = whole.Fields.Where(field => fields.Contains(field.Key)).ToDictionary() };
        return new Schema(new Dictionary<string, SchemaType>(Types) { [type] = kept });
    }
}
