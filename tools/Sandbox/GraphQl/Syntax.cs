namespace LeadRelay.Sandbox.GraphQl;

// What a document consists of once it is parsed.

public sealed record Document(IReadOnlyList<Operation> Operations, IReadOnlyDictionary<string, Fragment> Fragments);

public enum OperationKind { Query, Mutation }

public sealed record Operation(OperationKind Kind, string? Name, IReadOnlyList<Variable> Variables, IReadOnlyList<Selection> Selections);

public sealed record Variable(string Name, TypeRef Type, Value? Default);

public sealed record Fragment(string Name, string On, IReadOnlyList<Selection> Selections);

public abstract record Selection;

public sealed record Field(string? Alias, string Name, IReadOnlyList<NamedValue> Arguments, IReadOnlyList<Selection> Selections) : Selection
{
    public string Key => Alias ?? Name;
}

public sealed record FragmentSpread(string Name) : Selection;

public sealed record InlineFragment(string? On, IReadOnlyList<Selection> Selections) : Selection;

public abstract record Value;

public sealed record NullValue : Value;

public sealed record WholeValue(string Digits) : Value;

public sealed record FractionValue(string Digits) : Value;

public sealed record TextValue(string Text) : Value;

public sealed record BooleanValue(bool Is) : Value;

/// <summary>A bare word: a member of an enumeration.</summary>
public sealed record WordValue(string Word) : Value;

public sealed record ListValue(IReadOnlyList<Value> Items) : Value;

public sealed record ObjectValue(IReadOnlyList<NamedValue> Fields) : Value;

public sealed record VariableValue(string Name) : Value;

public sealed record NamedValue(string Name, Value Value);

/// <summary>A type as it is referred to: <c>Name</c>, or a list of <c>Item</c>; <c>Required</c> is the exclamation mark.</summary>
public sealed record TypeRef(string Name, TypeRef? Item, bool Required)
{
    /// <summary>The name inside all the brackets.</summary>
    public string Innermost => Item?.Innermost ?? Name;

    public override string ToString() => (Item is null ? Name : $"[{Item}]") + (Required ? "!" : "");
}
