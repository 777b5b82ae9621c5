using System.Text.Json;

namespace LeadRelay.Intake;

/// <summary>Gathers the fields of a body.</summary>
public sealed class FieldBag
{
    private const int MaxFields = 300;

    private readonly Dictionary<string, string> fields = new(StringComparer.OrdinalIgnoreCase);
    private string? apiKey;

    /// <summary>True when it was a credential, and so is no field.</summary>
    public bool Add(string name, string value)
    {
        if (Credentials.IsName(name))
        {
            apiKey ??= value.Trim();
            return true;
        }
        name = Cleaning.Clean(name);
        // One more than allowed is enough to know, and bounds what a body of many long paths can take up.
        if (name is not "" && fields.Count <= MaxFields && (!fields.TryGetValue(name, out var known) || known is ""))
            fields[name] = value.Trim();
        return false;
    }

    /// <summary>Everything in a JSON value, by path.</summary>
    public void AddAll(JsonElement element, string path)
    {
        if (fields.Count > MaxFields)
            return;
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                    AddAll(property.Value, path is "" ? property.Name : $"{path}.{property.Name}");
                break;
            case JsonValueKind.Array:
                foreach (var (index, item) in element.EnumerateArray().Index())
                    AddAll(item, $"{path}.{index}");
                break;
            case JsonValueKind.String:
                Add(path, element.GetString()!);
                break;
            case JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False:
                Add(path, element.GetRawText());
                break;
            default:
                break;
        }
    }

    public (Body, Refusal?) ToBody(RawPayload raw, IReadOnlyList<string>? warnings = null) => (new Body(fields, raw, apiKey) { Warnings = warnings ?? [] },
        fields.Count > MaxFields ? new Refusal(400, "too_many_fields", $"The body has more than {MaxFields} fields.") : null);
}
