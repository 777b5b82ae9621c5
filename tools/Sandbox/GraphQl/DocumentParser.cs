namespace LeadRelay.Sandbox.GraphQl;

/// <summary>
/// Queries and mutations with variables, aliases and fragments. Directives and subscriptions are refused: nobody sends them here.
/// </summary>
public sealed class DocumentParser
{
    private readonly TokenReader reader;

    private DocumentParser(string text) => reader = new TokenReader(text);

    /// <exception cref="GraphQlException">The text is not a document.</exception>
    public static Document Parse(string text) => new DocumentParser(text).Read();

    private Document Read()
    {
        var operations = new List<Operation>();
        var fragments = new Dictionary<string, Fragment>();
        do
        {
            if (!reader.IsWord("fragment"))
                operations.Add(ReadOperation());
            else if (ReadFragment() is var fragment && !fragments.TryAdd(fragment.Name, fragment))
                throw reader.Unexpected($"only one fragment \"{fragment.Name}\"");
        }
        while (!reader.AtEnd);
        return new Document(operations, fragments);
    }

    private Operation ReadOperation()
    {
        if (reader.IsMark("{"))
            return new Operation(OperationKind.Query, null, [], Selections());

        var kind = reader.SkipWord("query") ? OperationKind.Query
            : reader.SkipWord("mutation") ? OperationKind.Mutation
            : throw reader.Unexpected("'query', 'mutation' or 'fragment'");
        var name = reader.IsMark("{") || reader.IsMark("(") ? null : reader.Name();
        return new Operation(kind, name, reader.ManyOrNone("(", ReadVariable, ")"), Selections());
    }

    private Variable ReadVariable()
    {
        var name = reader.VariableName();
        reader.Expect(":");
        return new Variable(name, reader.Type(), reader.Skip("=") ? reader.Value(constant: true) : null);
    }

    private Fragment ReadFragment()
    {
        reader.SkipWord("fragment");
        if (reader.IsWord("on"))
            throw reader.Unexpected("a fragment's name");
        var name = reader.Name();
        return new Fragment(name, reader.SkipWord("on") ? reader.Name() : throw reader.Unexpected("'on'"), Selections());
    }

    private IReadOnlyList<Selection> Selections() => reader.Many("{", ReadSelection, "}");

    private Selection ReadSelection()
    {
        if (!reader.Skip("..."))
            return ReadField();
        if (reader.SkipWord("on"))
            return new InlineFragment(reader.Name(), Selections());
        return reader.IsMark("{") ? new InlineFragment(null, Selections()) : new FragmentSpread(reader.Name());
    }

    private Field ReadField()
    {
        var name = reader.Name();
        string? alias = null;
        if (reader.Skip(":"))
            (alias, name) = (name, reader.Name());
        var arguments = reader.ManyOrNone("(", () => reader.Named(constant: false), ")");
        return new Field(alias, name, arguments, reader.IsMark("{") ? Selections() : []);
    }
}
