using System.Globalization;

namespace LeadRelay.AuditStore;

/// <summary>Facts that several messages have, and how their values are written.</summary>
internal static class Evidence
{
    /// <summary>A call to SalesRender, without its document.</summary>
    /// <param name="said">What the sentence says already.</param>
    public static (string, string?)[] Call(CrmExchange? call, string said = "") => call is null ? [] :
    [
        ("Endpoint", call.Endpoint), ("Answer", Answer(call.HttpStatus, call.Response, call.DurationMs)),
        ("Error", call.Error is { } error && said.Contains(error, StringComparison.Ordinal) ? null : call.Error),
    ];

    /// <summary>A call to a tracker.</summary>
    /// <param name="url">Of a request that could not be rendered.</param>
    public static (string, string?)[] Call(SentRequest? sent, string? url, int? httpStatus, string? response, long durationMs) =>
        [("Sent", sent is null ? url : $"{sent.Method} {sent.Url}"), ("Body", sent?.Body), ("Answer", Answer(httpStatus, response, durationMs))];

    /// <summary>Who is behind a lead, and what came with it.</summary>
    public static (string, string?)[] Person(Lead lead)
    {
        string Of(string separator, params string[] fields) =>
            string.Join(separator, fields.Select(field => lead.Fields.GetValueOrDefault(field)).Where(value => value is not (null or "")));
        return
        [
            ("Name", Of(" ", "first_name", "last_name")), ("Contact", Of(", ", "phone", "email")),
            ("Address", Of(", ", "address", "postcode", "city", "region", "country")), ("Comment", lead.Fields.GetValueOrDefault("comment")),
        ];
    }

    /// <summary>A payload that led to nothing else.</summary>
    public static (string, string?) Received(RawPayload? raw) =>
        ("Received", raw is null ? null : raw.Base64 ? $"{raw.Method} {raw.ContentType}, no text" : $"{raw.Method} {raw.ContentType}: {raw.Body}");

    public static string Duration(long milliseconds) =>
        milliseconds < 1000 ? Invariant($"{milliseconds} ms") : Invariant($"{milliseconds / 1000m:0.0} s");

    public static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    public static string? Money(decimal? amount, string? currency) => amount is null ? null : Invariant($"{amount:0.00##} {currency}").TrimEnd();

    public static string? Money(Reward? reward) => Money(reward?.Amount, reward?.Currency);

    private static string Answer(int? httpStatus, string? response, long durationMs) =>
        $"{(httpStatus is null ? "none" : Invariant($"{httpStatus}"))}, after {Duration(durationMs)}{(string.IsNullOrWhiteSpace(response) ? "" : $": {response}")}";

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
