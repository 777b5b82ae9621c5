using System.Text.Json;
using System.Text.Json.Nodes;

namespace LeadRelay.Sandbox.GraphQl;

/// <summary>JSON that came with a call, held against the types it is meant for.</summary>
public static class JsonValues
{
    /// <summary>The variables of an operation, defaults included; one that was not given is absent.</summary>
    public static IReadOnlyDictionary<string, JsonNode?> ReadVariables(Schema schema, Operation operation, JsonElement given, Action<string> fault)
    {
        var reader = Reader(schema, fault);
        var read = new Dictionary<string, JsonNode?>();
        foreach (var variable in operation.Variables)
        {
            if (given.ValueKind is JsonValueKind.Object && given.TryGetProperty(variable.Name, out var value))
                read[variable.Name] = reader.Read(variable.Type, ToValue(value), $"Variable \"${variable.Name}\"");
            else if (variable.Default is not null)
                read[variable.Name] = reader.Read(variable.Type, variable.Default, $"Variable \"${variable.Name}\"");
            else if (variable.Type.Required)
                fault($"Variable \"${variable.Name}\" of required type \"{variable.Type}\" was not provided.");
        }
        return read;
    }

    public static InputReader Reader(Schema schema, Action<string> fault) =>
        new(schema, fromJson: true, (_, _, _) => throw new InvalidOperationException("JSON has no variables."), fault);

    public static Value ToValue(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String => new TextValue(json.GetString()!),
        JsonValueKind.Number when json.GetRawText().AsSpan().IndexOfAny(".eE") >= 0 => new FractionValue(json.GetRawText()),
        JsonValueKind.Number => new WholeValue(json.GetRawText()),
        JsonValueKind.True or JsonValueKind.False => new BooleanValue(json.GetBoolean()),
        JsonValueKind.Array => new ListValue([.. json.EnumerateArray().Select(ToValue)]),
        JsonValueKind.Object => new ObjectValue([.. json.EnumerateObject().Select(field => new NamedValue(field.Name, ToValue(field.Value)))]),
        _ => new NullValue(),
    };
}
