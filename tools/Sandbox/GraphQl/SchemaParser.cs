namespace LeadRelay.Sandbox.GraphQl;

/// <summary>The part of the schema language that the schema here is written in: types, interfaces, inputs and enumerations.</summary>
public sealed class SchemaParser
{
    private readonly TokenReader reader;

    private SchemaParser(string text) => reader = new TokenReader(text);

    /// <exception cref="GraphQlException">The text is not a schema, or refers to a type it does not have.</exception>
    public static Schema Parse(string text)
    {
        var types = new Dictionary<string, SchemaType>();
        foreach (var scalar in (string[])["Int", "Float", "String", "Boolean", "ID"])
            types.Add(scalar, new ScalarType(scalar));

        var parser = new SchemaParser(text);
        while (!parser.reader.AtEnd)
        {
            var type = parser.ReadType();
            if (!types.TryAdd(type.Name, type))
                throw new GraphQlException($"The schema has two types \"{type.Name}\".", GraphQlError.SyntaxCode);
        }
        if (types.Values.SelectMany(References).FirstOrDefault(name => !types.ContainsKey(name)) is { } unknown)
            throw new GraphQlException($"The schema refers to \"{unknown}\", which it does not have.", GraphQlError.SyntaxCode);
        return new Schema(types);
    }

    private SchemaType ReadType()
    {
        reader.SkipDescription();
        if (reader.SkipWord("enum"))
            return new EnumType(reader.Name(), reader.Many("{", reader.Name, "}"));
        if (reader.SkipWord("input"))
            return new InputType(reader.Name(), reader.Many("{", ReadInput, "}").ToDictionary(field => field.Name));
        var isInterface = reader.SkipWord("interface");
        if (!isInterface && !reader.SkipWord("type"))
            throw reader.Unexpected("a type's definition");
        var (name, interfaces) = (reader.Name(), ReadInterfaces());
        return new CompositeType(name, isInterface, reader.Many("{", ReadField, "}").ToDictionary(field => field.Name), interfaces);
    }

    private List<string> ReadInterfaces()
    {
        var names = new List<string>();
        if (reader.SkipWord("implements"))
        {
            reader.Skip("&");
            do
                names.Add(reader.Name());
            while (reader.Skip("&"));
        }
        return names;
    }

    private FieldDefinition ReadField()
    {
        reader.SkipDescription();
        var name = reader.Name();
        var arguments = reader.ManyOrNone("(", ReadInput, ")").ToDictionary(argument => argument.Name);
        reader.Expect(":");
        return new FieldDefinition(name, reader.Type(), arguments);
    }

    private InputField ReadInput()
    {
        reader.SkipDescription();
        var name = reader.Name();
        reader.Expect(":");
        return new InputField(name, reader.Type(), reader.Skip("=") ? reader.Value(constant: true) : null);
    }

    private static IEnumerable<string> References(SchemaType type) => type switch
    {
        InputType input => input.Fields.Values.Select(field => field.Type.Innermost),
        CompositeType composite => composite.Fields.Values
            .SelectMany(field => field.Arguments.Values.Select(argument => argument.Type.Innermost).Append(field.Type.Innermost))
            .Concat(composite.Interfaces),
        _ => [],
    };
}
