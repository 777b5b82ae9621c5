using LeadRelay.Configuration;

namespace LeadRelay.Relayctl;

/// <summary>A field that a company's orders have.</summary>
/// <param name="Code">The company's own code, which SalesRender calls its name.</param>
/// <param name="Type">The GraphQL type, as <c>StringOrderField</c>.</param>
public sealed record CrmField(string Code, string Type)
{
    private const string Suffix = "OrderField";

    /// <summary>The list of an order that it stands in: <c>stringFields</c> for <c>StringOrderField</c>, and so on.</summary>
    public string Kind => Type.EndsWith(Suffix, StringComparison.Ordinal) && Type.Length > Suffix.Length
        ? $"{char.ToLowerInvariant(Type[0])}{Type[1..^Suffix.Length]}Fields"
        : Type;
}

/// <summary>Holds the field codes of a campaign's <c>field_mapping</c> against those that the company has.</summary>
public static class FieldRules
{
    public static IReadOnlyList<Finding> Compare(Campaign campaign, IReadOnlyList<CrmField> fields) =>
    [
        .. from mapped in campaign.FieldMapping
           where !mapped.Value.StartsWith("source.", StringComparison.Ordinal)
           select Look(mapped.Key, mapped.Value, fields),
    ];

    private static Finding Look(string leadField, string target, IReadOnlyList<CrmField> fields)
    {
        // FieldMapping's own form: the kind, and the code behind the first dot.
        var subject = $"field_mapping.{leadField}";
        var (kind, code) = target.Split('.', 2) is [var first, var rest] ? (first, rest) : (target, "");
        // A code may be there once per kind.
        var same = fields.Where(field => field.Code == code).ToList();
        if (same.Exists(field => field.Kind == kind))
            return Finding.Ok(subject, target);
        if (same is [var other, ..])
            return Finding.Fault(subject, $"The company's field {code} is of type {other.Type}, so it cannot stand in {kind}. {Advice(other.Kind, code)}");
        var codes = fields.Where(field => field.Kind == kind).Select(field => field.Code).ToList();
        return Finding.Fault(subject, $"The company has no field {code}. "
            + (codes.Count is 0 ? $"It has none at all for {kind}: " : $"For {kind} it has {string.Join(", ", codes)}: take one of these, ")
            + "make the field in SalesRender, or map the lead's field elsewhere.");
    }

    private static string Advice(string kind, string code) =>
        kind is "phoneFields" or "stringFields" or "emailFields" or "humanNameFields" or "addressFields"
            ? $"Write {kind}.{code}, or take another field."
            : "The relay cannot fill fields of that kind; take another field.";
}
