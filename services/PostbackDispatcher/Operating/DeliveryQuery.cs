using System.Diagnostics.CodeAnalysis;
using LeadRelay.Configuration;
using LeadRelay.Persistence.Postbacks;

namespace LeadRelay.PostbackDispatcher;

/// <summary>Which deliveries an operator means, as it was written.</summary>
/// <param name="Target">A URL of the tracker's; scheme, host and port count.</param>
/// <param name="From">Decided at this time or later; UTC where no offset is given.</param>
/// <param name="To">Decided before this time.</param>
public sealed record DeliveryQuery(string? Campaign = null, string? Partner = null, string? Target = null, string? Event = null, string? State = null, string? From = null, string? To = null)
{
    /// <summary>Reads it; false with a sentence that says what is wrong.</summary>
    public bool TryRead(out DeliveryFilter filter, [NotNullWhen(false)] out string? fault)
    {
        filter = new DeliveryFilter(QueryText.Given(Campaign), QueryText.Given(Partner));
        fault = null;
        if (QueryText.Given(Target) is { } url)
        {
            filter = filter with { Target = PostbackTemplate.TargetOf(url) };
            if (filter.Target is null)
                fault = $"target must be the tracker's address as https://tracker.example, not \"{url}\".";
        }
        if (QueryText.Given(Event) is { } word)
            filter = Word<StatusEvent>("event", word, ref fault) is { } read ? filter with { Event = read } : filter;
        if (QueryText.Given(State) is { } state)
            filter = Word<DeliveryState>("state", state, ref fault) is { } read ? filter with { State = read } : filter;
        if (QueryText.Given(From) is { } from)
            filter = filter with { From = QueryText.Time("from", from, ref fault) };
        if (QueryText.Given(To) is { } to)
            filter = filter with { To = QueryText.Time("to", to, ref fault) };
        return fault is null;
    }

    /// <summary>A member of an enumeration by its name in small letters; null with a sentence that names those there are.</summary>
    public static T? Word<T>(string name, string text, ref string? fault) where T : struct, Enum
    {
        foreach (var value in Enum.GetValues<T>())
        {
            if (string.Equals(value.ToString(), text, StringComparison.OrdinalIgnoreCase))
                return value;
        }
        fault ??= $"{name} must be one of {string.Join(", ", Enum.GetNames<T>().Select(each => each.ToLowerInvariant()))}, not \"{text}\".";
        return null;
    }
}
