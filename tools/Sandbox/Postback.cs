using System.Text.Json.Serialization;

namespace LeadRelay.Sandbox;

/// <summary>A postback as it was received, and what the tracker made of it.</summary>
/// <param name="Status">The tracker's word; <c>sale</c> where none was sent.</param>
/// <param name="Reason">Why the tracker refused it; else what the sender gave as <c>reason</c>.</param>
/// <param name="Path">Without the query.</param>
public sealed record Postback(
    string Tracker,
    string? ClickId,
    string Status,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Defaulted,
    string? Tid,
    string? Payout,
    string? Currency,
    bool Accepted,
    string? Reason,
    IReadOnlyDictionary<string, string> Parameters,
    string At,
    string Method,
    string Host,
    string Path,
    string Url)
{
    /// <summary>Those that begin with <c>X-</c>, and <c>Authorization</c>.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>As it was received; absent with a GET.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Body { get; init; }

    private static readonly string[] KnownStatuses = ["lead", "sale", "rejected", "rebill", "trash"];

    /// <summary>What makes two postbacks the same one.</summary>
    [JsonIgnore]
    public (string Tracker, string? ClickId, string? Tid, string Status) Identity => (Tracker, ClickId, Tid, Status);

    /// <summary>Reads the parameters the way Keitaro does.</summary>
    public static Postback Read(string tracker, IReadOnlyDictionary<string, string> parameters, string at, string method, Uri url)
    {
        var clickId = Parameter("subid");
        var status = Parameter("status");
        var refusal = clickId is null ? "Incorrect subid \"\". Postback ignored"
            : status is not null && !KnownStatuses.Contains(status) ? $"Unknown status \"{status}\". Postback ignored"
            : null;
        return new Postback(
            tracker, clickId, status ?? "sale", Defaulted: status is null, Parameter("tid"), Parameter("payout") ?? Parameter("revenue"),
            Parameter("currency"), Accepted: refusal is null, refusal ?? Parameter("reason"), parameters, at, method, url.Authority,
            url.AbsolutePath, url.AbsoluteUri);

        string? Parameter(string name) => parameters.GetValueOrDefault(name) is { Length: > 0 } value ? value : null;
    }
}
