using System.Text;

namespace LeadRelay.Intake;

/// <summary>Phone numbers to E.164.</summary>
public static class Phone
{
    private const int Shortest = 7;
    private const int Longest = 15;

    /// <summary>The number as <c>+</c> and up to 15 digits, or null with the reason.</summary>
    /// <param name="country">ISO 3166 alpha-2, or empty; needed when the number is not written with its calling code.</param>
    public static string? Normalise(string raw, string? country, out string? fault)
    {
        var (digits, isInternational) = Digits(raw);
        fault = null;
        if (digits.Length < 5)
            fault = "The phone number has too few digits.";
        else if (!isInternational && CallingCodes.ByCountry.TryGetValue(country ?? "", out var plan))
            digits = plan.ToInternational(digits);
        else if (!isInternational && !(digits.Length > 10 && CallingCodes.StartsWithOne(digits)))
            fault = "The phone number is written without a calling code and no country is known: write it as +49… or send the country.";
        if (fault is null && digits.Length is < Shortest or > Longest)
            fault = $"The phone number has {digits.Length} digits; with its calling code it must have {Shortest} to {Longest}.";
        if (fault is null && !CallingCodes.StartsWithOne(digits))
            fault = $"No country's calling code begins +{digits[..3]}.";
        return fault is null ? "+" + digits : null;
    }

    /// <summary>The digits, letters that look like digits among them, and whether they were written with a calling code.</summary>
    private static (string Digits, bool IsInternational) Digits(string raw)
    {
        // "+49 (0)151…": the zero in brackets is only dialled within the country.
        if (raw.TrimStart() is ['+' or '0', ..] international && (international[0] is '+' || international.StartsWith("00", StringComparison.Ordinal)))
            raw = raw.Replace("(0)", "", StringComparison.Ordinal);
        var digits = new StringBuilder();
        var plus = false;
        foreach (var c in raw)
        {
            if (c is '+' && digits.Length is 0)
                plus = true;
            else if (char.IsDigit(c))
                digits.Append((int)char.GetNumericValue(c));
            else if (c is 'O' or 'o' or 'О' or 'о')
                digits.Append('0');
            else if (c is 'l' or 'I')
                digits.Append('1');
        }
        var text = digits.ToString();
        return !plus && text.StartsWith("00", StringComparison.Ordinal) ? (text.TrimStart('0'), true) : plus ? (text.TrimStart('0'), true) : (text, false);
    }
}
