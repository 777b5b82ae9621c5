using System.Text.RegularExpressions;

namespace LeadRelay.Configuration;

/// <summary>The names by which a campaign refers to what a lead holds.</summary>
internal static partial class LeadFields
{
    public const string ClickId = "click_id";
    public const string Phone = "phone";

    /// <summary>The fields of <see cref="Lead"/>, without the numbered ones, and the two the relay makes: its id, and the whole name.</summary>
    private static readonly string[] Names =
    [
        Phone, "phone_raw", "country", "first_name", "last_name", "name", "email", ClickId, "external_lead_id", "lead_id",
        "utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term",
        "address", "city", "region", "postcode", "ip", "user_agent", "landing", "referrer", "comment",
    ];

    /// <summary>Why a name is no lead field, as a sentence; null when it is one.</summary>
    public static string? FaultOf(string name) =>
        Names.Contains(name) || Numbered().IsMatch(name)
            ? null
            : $"{name} is not a field of a lead.{Nearest.Hint(name, [.. Names, "sub1 to sub15", "param.NAME"])}";

    /// <summary>Why partners cannot send a field under another name; null when they can.</summary>
    public static string? FaultOfAliased(string name)
    {
        string[] received = [.. Names.Except(["phone_raw", "lead_id"]), "phone_prefix"];
        return received.Contains(name) || (Numbered().IsMatch(name) && !name.StartsWith("param.", StringComparison.Ordinal))
            ? null
            : $"{name} is not a field that partners send.{Nearest.Hint(name, [.. received, "sub1 to sub15"])}";
    }

    [GeneratedRegex(@"^(sub([1-9]|1[0-5])|param\.[^\p{C}]+)\z")]
    private static partial Regex Numbered();
}
