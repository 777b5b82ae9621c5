using System.Globalization;

namespace LeadRelay.Intake;

/// <summary>The header <c>Prefer</c> (RFC 7240): <c>wait=N</c> seconds, or <c>respond-async</c>.</summary>
public static class Prefer
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <summary>How long to wait for the order: as preferred, up to 30 s, else the campaign's.</summary>
    public static TimeSpan Wait(HttpRequest request, TimeSpan campaigns)
    {
        var preferences = request.Headers["Prefer"].SelectMany(value => (value ?? "").Split([',', ';'], StringSplitOptions.TrimEntries)).ToArray();
        if (preferences.Contains("respond-async", StringComparer.OrdinalIgnoreCase))
            return TimeSpan.Zero;
        var wait = preferences.FirstOrDefault(p => p.StartsWith("wait=", StringComparison.OrdinalIgnoreCase));
        return wait is not null && double.TryParse(wait[5..], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && double.IsFinite(seconds)
            ? TimeSpan.FromSeconds(Math.Min(seconds, Longest.TotalSeconds))
            : campaigns;
    }
}
