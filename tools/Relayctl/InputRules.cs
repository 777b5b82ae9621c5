namespace LeadRelay.Relayctl;

/// <summary>An input type of a GraphQL schema.</summary>
public sealed record InputType(IReadOnlyDictionary<string, InputField> Fields);

/// <summary>A field of an input type.</summary>
/// <param name="Type">The name inside all lists.</param>
/// <param name="IsObject">Whether it is an input type, with fields of its own.</param>
/// <param name="Required">It may not be null and has no default.</param>
public sealed record InputField(string Type, bool IsObject, bool IsList, bool Required);

/// <summary>Holds what the relay sends against the schema's input types. A type that the schema does not have is null among them.</summary>
public static class InputRules
{
    /// <summary>The types on the way of what is sent that are not read yet.</summary>
    public static IReadOnlyList<string> Unread(SentInput sent, IReadOnlyDictionary<string, InputType?> types) =>
        [.. Unread(sent.Type, Steps(sent), types).Distinct()];

    /// <summary>A line for each path that is sent, and a fault for each required input that is not.</summary>
    public static IReadOnlyList<Finding> Compare(SentInput sent, IReadOnlyDictionary<string, InputType?> types) =>
        [.. Compare(sent.Type, sent.Type, Steps(sent), types)];

    private static List<Step> Steps(SentInput sent) => [.. sent.Paths.Select(path => new Step(path.Path.Split('.'), path.From))];

    private static IEnumerable<string> Unread(string name, List<Step> steps, IReadOnlyDictionary<string, InputType?> types) =>
        !types.TryGetValue(name, out var type) ? [name]
        : type is null ? []
        : from same in steps.Where(step => !step.IsLast).GroupBy(step => step.Name)
          where type.Fields.TryGetValue(same.Key, out var field) && field.IsObject
          from unread in Unread(type.Fields[same.Key].Type, [.. same.Select(step => step.Next)], types)
          select unread;

    private static IEnumerable<Finding> Compare(string name, string at, List<Step> steps, IReadOnlyDictionary<string, InputType?> types)
    {
        if (types.GetValueOrDefault(name) is not { } type)
            return [Finding.Fault(at, $"The schema has no input type {name}. Is base_url that of a SalesRender company, and the API the right one?")];
        var sent = steps.GroupBy(step => step.Path[0]).SelectMany(same => CompareField(type, at, [.. same], types));
        var given = steps.Select(step => step.Name).ToHashSet();
        var missing = type.Fields.Where(field => field.Value.Required && !given.Contains(field.Key)).Select(field => Finding.Fault($"{at}.{field.Key}",
            "The schema requires it, and this campaign does not send it, so SalesRender would refuse the call. Map a field there if field_mapping can; else the relay has to learn it."));
        return sent.Concat(missing);
    }

    private static IEnumerable<Finding> CompareField(InputType type, string at, List<Step> same, IReadOnlyDictionary<string, InputType?> types)
    {
        var place = $"{at}.{same[0].Path[0]}";
        var inner = same.Where(step => !step.IsLast).Select(step => step.Next).ToList();
        var why = string.Join(", ", same.Select(step => step.From).Distinct());
        if (!type.Fields.TryGetValue(same[0].Name, out var field))
            return [Finding.Fault(place, $"The schema has no such input. It is sent for {why}: take that out of the campaign, or put it elsewhere.")];
        if (same[0].IsList && !field.IsList)
            return [Finding.Fault(place, $"The schema takes one {field.Type} here, and the relay sends a list of them for {why}.")];
        if (inner.Count > 0 != field.IsObject)
            return [Finding.Fault(place, $"The schema takes {field.Type} here, and for {why} the relay sends {(inner.Count > 0 ? "an object" : "a single value")}.")];
        return inner.Count is 0 ? [Finding.Ok(place)] : Compare(field.Type, place, inner, types);
    }

    /// <summary>What is left of a path on the way down.</summary>
    private sealed record Step(string[] Path, string From)
    {
        public bool IsLast => Path.Length is 1;

        public bool IsList => Path[0].EndsWith("[]", StringComparison.Ordinal);

        public string Name => IsList ? Path[0][..^2] : Path[0];

        public Step Next => this with { Path = Path[1..] };
    }
}
