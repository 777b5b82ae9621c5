using System.Globalization;
using System.Text.Json.Nodes;

namespace LeadRelay.Sandbox.GraphQl;

/// <summary>
/// Holds a value against an input type, and gives it as JSON: ids as strings, single values as lists where a list is asked for.
/// Every fault is reported with its path.
/// </summary>
/// <param name="fromJson">The value was JSON, where the members of an enumeration are strings.</param>
/// <param name="variable">What stands for a variable (name, type wanted, path).</param>
public sealed class InputReader(Schema schema, bool fromJson, Func<string, TypeRef, string, JsonNode?> variable, Action<string> fault)
{
    public JsonNode? Read(TypeRef type, Value value, string path)
    {
        if (value is VariableValue named)
            return variable(named.Name, type, path);
        if (value is NullValue)
            return type.Required ? Refuse(type, path, "null") : null;
        if (type.Item is { } item)
            return ReadList(item, value, path);
        return schema.Find(type.Name) switch
        {
            InputType input when value is ObjectValue given => ReadFields(input.Fields, given.Fields, path, $"type \"{input.Name}\""),
            EnumType members when Word(value) is { } word && members.Words.Contains(word) => word,
            ScalarType => Scalar(type.Name, value) ?? Refuse(type, path, Describe(value)),
            _ => Refuse(type, path, Describe(value)),
        };
    }

    /// <summary>The fields of an object, or the arguments of a field.</summary>
    public JsonObject ReadFields(IReadOnlyDictionary<string, InputField> known, IReadOnlyList<NamedValue> given, string path, string owner)
    {
        var read = new JsonObject();
        foreach (var (name, value) in given)
        {
            if (!known.TryGetValue(name, out var field))
                fault($"{path}: \"{name}\" is not defined by {owner}.");
            else
                read[name] = Read(field.Default is null ? field.Type : field.Type with { Required = false }, value, $"{path}.{name}");
        }
        foreach (var field in known.Values.Where(field => given.All(one => one.Name != field.Name)))
        {
            if (field.Default is not null)
                read[field.Name] = Read(field.Type, field.Default, $"{path}.{field.Name}");
            else if (field.MustBeGiven)
                fault($"{path}: \"{field.Name}\" of required type \"{field.Type}\" was not provided.");
        }
        return read;
    }

    private JsonArray ReadList(TypeRef item, Value value, string path) => value is ListValue list
        ? [.. list.Items.Select((one, i) => Read(item, one, $"{path}[{i}]"))]
        : [Read(item, value, path)];

    private string? Word(Value value) => value switch
    {
        WordValue word => word.Word,
        TextValue text when fromJson => text.Text,
        _ => null,
    };

    private static JsonNode? Scalar(string type, Value value) => (type, value) switch
    {
        ("String" or "ID", TextValue text) => text.Text,
        ("ID", WholeValue whole) => whole.Digits,
        ("Int", WholeValue whole) when int.TryParse(whole.Digits, CultureInfo.InvariantCulture, out var number) => number,
        ("Float", WholeValue whole) => Number(whole.Digits),
        ("Float", FractionValue fraction) => Number(fraction.Digits),
        ("Boolean", BooleanValue boolean) => boolean.Is,
        _ => null,
    };

    private static JsonNode? Number(string digits) =>
        decimal.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    private JsonNode? Refuse(TypeRef type, string path, string found)
    {
        fault($"{path}: expected \"{type}\", found {found}.");
        return null;
    }

    // Says what kind of thing it was, not its content: a phone number does not belong in an error text.
    private static string Describe(Value value) => value switch
    {
        TextValue => "a string",
        WholeValue or FractionValue => "a number",
        BooleanValue => "a boolean",
        WordValue word => word.Word,
        ListValue => "a list",
        _ => "an object",
    };
}
