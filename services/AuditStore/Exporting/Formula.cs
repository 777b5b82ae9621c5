using System.Buffers;

namespace LeadRelay.AuditStore;

/// <summary>
/// Text that a spreadsheet would run as a formula when it opens the file: it gets a <c>'</c> in front, by which the cell is text.
/// The rule is ours because CsvHelper's knows neither the full-width forms nor what stands before the sign.
/// </summary>
public static class Formula
{
    private static readonly SearchValues<char> Signs = SearchValues.Create("=+-@\t\r\n＝＋－＠");

    /// <summary>What programs skip before they look at the first sign.</summary>
    private static readonly SearchValues<char> Skipped = SearchValues.Create(" \"'\u00A0\u3000\uFEFF\0");

    public static string? Disarm(string? text)
    {
        var first = text.AsSpan().IndexOfAnyExcept(Skipped);
        return first >= 0 && Signs.Contains(text![first]) ? $"'{text}" : text;
    }
}
