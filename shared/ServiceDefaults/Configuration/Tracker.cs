namespace LeadRelay.Configuration;

/// <summary>How one kind of tracker wants to be spoken to: <c>trackers/NAME.json</c>.</summary>
/// <param name="Source">Where this is known from.</param>
/// <param name="Path">Path of the postback below the base URL, as <c>/postback</c>.</param>
/// <param name="Parameters">Parameter name to template value, in order; a value is literal text and macros, <c>{status}</c> being the tracker's word.</param>
/// <param name="MoneyParameters">Further parameters of <see cref="StatusEvent.Approve"/> alone.</param>
/// <param name="Words">The tracker's word for each event; an event without one is not sent.</param>
public sealed record Tracker(
    string Name,
    string Source,
    string Path,
    IReadOnlyDictionary<string, string> Parameters,
    IReadOnlyDictionary<string, string> MoneyParameters,
    IReadOnlyDictionary<StatusEvent, string> Words)
{
    /// <summary>Events that the tracker must have had before later ones mean anything to it.</summary>
    public IReadOnlySet<StatusEvent> RequiredFirst { get; init; } = new HashSet<StatusEvent>();

    /// <summary>The template of an event for a tracker at a base URL; null when the tracker has no word for the event.</summary>
    public string? UrlFor(StatusEvent statusEvent, string baseUrl)
    {
        if (!Words.TryGetValue(statusEvent, out var word))
            return null;
        var parameters = statusEvent is StatusEvent.Approve ? Parameters.Concat(MoneyParameters) : Parameters;
        return baseUrl.TrimEnd('/') + Path + "?"
            + string.Join('&', parameters.Select(p => $"{p.Key}={p.Value.Replace("{status}", Uri.EscapeDataString(word), StringComparison.Ordinal)}"));
    }
}
