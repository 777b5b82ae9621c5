using System.Globalization;
using System.Text.Json.Nodes;

namespace LeadRelay.Relayctl;

/// <summary>The GraphQL documents that ask SalesRender what it has, and how their answers are read.</summary>
public static class CrmQueries
{
    /// <summary>One input type. Four levels of type are enough for a required list of required things.</summary>
    public const string Input = "query($name: String!) { __type(name: $name) { kind inputFields { name defaultValue type { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } }";

    public const string Statuses = "query($filters: StatusSearchFilter) { statusesFetcher(filters: $filters) { statuses { id name group archived } } }";

    public const string Fields = "query { fields { orderFieldsFetcher { fields { name label __typename } } } }";

    /// <summary>Variables of <see cref="Input"/>.</summary>
    public static JsonObject ForInput(string name) => new() { ["name"] = name };

    /// <summary>Variables of <see cref="Statuses"/>.</summary>
    public static JsonObject ForStatuses(bool archived) => new() { ["filters"] = new JsonObject { ["include"] = new JsonObject { ["archived"] = archived } } };

    /// <summary>Null when the schema has no such input type.</summary>
    public static InputType? ReadInput(JsonNode data) => data["__type"] is not { } type || Text(type["kind"]) is not "INPUT_OBJECT" ? null
        : new InputType(type["inputFields"]!.AsArray().ToDictionary(field => Text(field!["name"]), field => ReadField(field!)));

    public static IReadOnlyList<CrmStatus> ReadStatuses(JsonNode data) =>
    [
        .. data["statusesFetcher"]!["statuses"]!.AsArray().Select(status =>
            new CrmStatus(Text(status!["id"]), Text(status["name"]), Text(status["group"]), status["archived"]?.GetValue<bool>() ?? false)),
    ];

    public static IReadOnlyList<CrmField> ReadFields(JsonNode data) =>
    [
        .. data["fields"]!["orderFieldsFetcher"]!["fields"]!.AsArray().Select(field => new CrmField(Text(field!["name"]), Text(field["__typename"]))),
    ];

    private static InputField ReadField(JsonNode field)
    {
        var (required, isList) = (Text(field["type"]!["kind"]) is "NON_NULL" && field["defaultValue"] is null, false);
        var type = field["type"]!;
        for (; type["ofType"] is { } inner; type = inner)
            isList |= Text(type["kind"]) is "LIST";
        return new InputField(Text(type["name"]), Text(type["kind"]) is "INPUT_OBJECT", isList, required);
    }

    /// <summary>
    /// A text or a number. What a stranger wrote goes to a terminal and into comments, so nothing in it may end a line or
    /// steer a terminal.
    /// </summary>
    private static string Text(JsonNode? value) => OneLine(value?.ToString() ?? "");

    /// <summary>The text without whatever is not printed.</summary>
    public static string OneLine(string text) => string.Concat(text.Select(c => char.GetUnicodeCategory(c) switch
    {
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => ' ',
        _ => c,
    }));
}
