namespace LeadRelay.Sandbox.GraphQl;

/// <summary>Walks over the tokens, and reads what documents and schemas have in common: types and values.</summary>
public sealed class TokenReader(string text)
{
    private readonly IReadOnlyList<Token> tokens = Lexer.Read(text);
    private int at;

    private Token Here => tokens[at];

    public bool AtEnd => Here.Kind is TokenKind.End;

    public bool IsMark(string mark) => Here.Kind is TokenKind.Mark && Here.Text == mark;

    public bool IsWord(string word) => Here.Kind is TokenKind.Name && Here.Text == word;

    public bool Skip(string mark)
    {
        if (!IsMark(mark))
            return false;
        at++;
        return true;
    }

    public bool SkipWord(string word)
    {
        if (!IsWord(word))
            return false;
        at++;
        return true;
    }

    public void SkipDescription()
    {
        if (Here.Kind is TokenKind.Text)
            at++;
    }

    public void Expect(string mark)
    {
        if (!Skip(mark))
            throw Unexpected($"'{mark}'");
    }

    public string Name() => Here.Kind is TokenKind.Name ? tokens[at++].Text : throw Unexpected("a name");

    /// <summary>One or more items between two marks.</summary>
    public IReadOnlyList<T> Many<T>(string open, Func<T> item, string close)
    {
        Expect(open);
        var items = new List<T>();
        do
            items.Add(item());
        while (!Skip(close));
        return items;
    }

    /// <summary>The same, or nothing at all.</summary>
    public IReadOnlyList<T> ManyOrNone<T>(string open, Func<T> item, string close) => IsMark(open) ? Many(open, item, close) : [];

    public TypeRef Type()
    {
        if (!Skip("["))
            return new TypeRef(Name(), null, Skip("!"));
        var item = Type();
        Expect("]");
        return new TypeRef("", item, Skip("!"));
    }

    /// <param name="constant">Variables are not allowed: a default must not hang on one.</param>
    public Value Value(bool constant)
    {
        if (IsMark("$") && !constant)
            return new VariableValue(VariableName());
        if (Skip("["))
            return new ListValue(Until("]", () => Value(constant)));
        if (Skip("{"))
            return new ObjectValue(Until("}", () => Named(constant)));
        var token = tokens[at];
        Value value = token.Kind switch
        {
            TokenKind.Whole => new WholeValue(token.Text),
            TokenKind.Fraction => new FractionValue(token.Text),
            TokenKind.Text => new TextValue(token.Text),
            TokenKind.Name when token.Text is "true" or "false" => new BooleanValue(token.Text is "true"),
            TokenKind.Name when token.Text is "null" => new NullValue(),
            TokenKind.Name => new WordValue(token.Text),
            _ => throw Unexpected("a value"),
        };
        at++;
        return value;
    }

    /// <summary><c>name: value</c>, an argument or a field of an object.</summary>
    public NamedValue Named(bool constant)
    {
        var name = Name();
        Expect(":");
        return new NamedValue(name, Value(constant));
    }

    public string VariableName()
    {
        Expect("$");
        return Name();
    }

    public GraphQlException Unexpected(string expected) =>
        GraphQlException.Syntax($"Expected {expected}, found {(AtEnd ? "the end" : $"'{Here.Text}'")}", Here.Line, Here.Column);

    private List<T> Until<T>(string close, Func<T> item)
    {
        var items = new List<T>();
        while (!Skip(close))
            items.Add(item());
        return items;
    }
}
