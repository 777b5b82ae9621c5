using System.Globalization;

namespace LeadRelay;

/// <summary>Reads what operators write into a query.</summary>
public static class QueryText
{
    /// <summary>Null for what is left empty.</summary>
    public static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    /// <summary>A time, UTC where no offset is given; null with a sentence that says how to write one.</summary>
    public static DateTimeOffset? Time(string name, string text, ref string? fault)
    {
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
            return time;
        fault ??= $"{name} must be a time as 2026-01-31 or 2026-01-31T12:00:00Z, not \"{text}\".";
        return null;
    }
}
