using System.Text;
using System.Text.RegularExpressions;

namespace LeadRelay.Intake;

/// <summary>Phone numbers to E.164.</summary>
public static partial class Phone
{
    private const int Shortest = 7;
    private const int Longest = 15;
    private const int LongestText = 100;

    /// <summary>The number as <c>+</c> and up to 15 digits, or null with the reason.</summary>
    /// <param name="country">ISO 3166 alpha-2, or empty; needed when the number is not written with its calling code.</param>
    /// <param name="prefix">A calling code that came in a field of its own; counts before the country's.</param>
    public static string? Normalise(string raw, string? country, out string? fault, string? prefix = null)
    {
        if (raw.Length > LongestText)
        {
            fault = $"The phone number has {raw.Length} characters.";
            return null;
        }
        var text = LetterAsDigit().Replace(Extension().Replace(raw, ""), letter => letter.Value is "l" or "I" ? "1" : "0");
        if (text.FirstOrDefault(char.IsLetter) is not '\0' and var stray)
        {
            fault = $"The phone number has a letter in it: {stray}.";
            return null;
        }
        var isInternational = International().IsMatch(text);
        var plan = prefix is not null ? CallingCodes.PlanOf(DigitsOf(prefix), country)
            : CallingCodes.ByCountry.TryGetValue(country ?? "", out var countrys) ? countrys : (CallingCodes.Plan?)null;
        // "+49 (0)151…": the zero in brackets is only dialled within the country.
        var digits = DigitsOf(isInternational ? DomesticZero().Replace(text, "") : text);
        // "+0151…": a plus too many, as no calling code begins with a zero.
        isInternational &= plan is null || digits is not ['0', not '0', ..];
        if (isInternational)
            digits = digits.TrimStart('0');
        fault = null;
        if (digits.Length < 5)
            fault = "The phone number has too few digits.";
        else if (plan is { } known && (!isInternational || !CallingCodes.StartsWithOne(digits))) // +8 916… is a Russian number with a plus too many
            digits = known.ToInternational(digits);
        else if (!isInternational && !(digits.Length > 10 && CallingCodes.StartsWithOne(digits)))
            fault = "The phone number is written without a calling code and no country is known: write it as +49… or send the country.";
        digits = CallingCodes.WithoutTrunk(digits);
        if (fault is null && digits.Length is < Shortest or > Longest)
            fault = $"The phone number has {digits.Length} digits; with its calling code it must have {Shortest} to {Longest}.";
        if (fault is null && !CallingCodes.StartsWithOne(digits))
            fault = $"No country's calling code begins +{digits[..3]}.";
        return fault is null ? "+" + digits : null;
    }

    /// <summary>The digits of any script, as 0 to 9.</summary>
    public static string DigitsOf(string text)
    {
        var digits = new StringBuilder();
        foreach (var c in text.Where(char.IsDigit))
            digits.Append((int)char.GetNumericValue(c));
        return digits.ToString();
    }

    /// <summary>Latin and Cyrillic O, l and I, between digits: somebody read the number off a picture.</summary>
    [GeneratedRegex(@"(?<=\d[\s().\-OoОоlI]*)[OoОоlI](?=[\s().\-OoОоlI]*\d)")]
    private static partial Regex LetterAsDigit();

    [GeneratedRegex(@"(?<=\d\D*)\s*[,;]?\s*(ext(ension|n)?|доб(авочный)?|вн|x|#)\s*[.:=]?\s*\d{1,6}\s*\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Extension();

    [GeneratedRegex(@"^[\s(]*(\+|0\s*0)")]
    private static partial Regex International();

    [GeneratedRegex(@"\(\s*0\s*\)")]
    private static partial Regex DomesticZero();
}
