using System.Collections.Frozen;

namespace LeadRelay.Intake;

/// <summary>How a country dials: ITU-T E.164 country codes (Complement to Recommendation E.164) and national trunk prefixes (ITU-T E.123/E.164 national numbering plans).</summary>
public static class CallingCodes
{
    /// <param name="Code">The calling code.</param>
    /// <param name="Trunk">What is dialled before a number within the country, and is no part of it; empty where there is none.</param>
    /// <param name="Length">Digits of a number without code and trunk prefix, where they are always that many; else 0.</param>
    public readonly record struct Plan(string Code, string Trunk, int Length)
    {
        /// <summary>A number as it is dialled within the country, or with the code but without a plus.</summary>
        public string ToInternational(string digits)
        {
            if (Length > 0 ? digits.Length == Code.Length + Length && digits.StartsWith(Code, StringComparison.Ordinal)
                : digits.StartsWith(Code, StringComparison.Ordinal) && digits.Length >= Code.Length + 9)
                return digits;
            if (Trunk is not "" && digits.StartsWith(Trunk, StringComparison.Ordinal) && (Length is 0 || digits.Length == Trunk.Length + Length))
                digits = digits[Trunk.Length..];
            return Code + digits;
        }
    }

    public static readonly FrozenDictionary<string, Plan> ByCountry = Read().ToFrozenDictionary(p => p.Country, p => p.Plan);

    private static readonly FrozenSet<string> Codes = ByCountry.Values.Select(p => p.Code).ToFrozenSet();

    /// <summary>Whether an international number begins with an assigned calling code.</summary>
    public static bool StartsWithOne(string digits) => Enumerable.Range(1, Math.Min(4, digits.Length)).Any(length => Codes.Contains(digits[..length]));

    private static IEnumerable<(string Country, Plan Plan)> Read()
    {
        using var data = new StreamReader(typeof(CallingCodes).Assembly.GetManifestResourceStream("calling-codes.csv")!);
        while (data.ReadLine() is { } line)
        {
            if (line is not ['#', ..] && line.Split(',') is [var country, var code, var trunk, var length])
                yield return (country, new Plan(code, trunk, length is "" ? 0 : int.Parse(length, System.Globalization.CultureInfo.InvariantCulture)));
        }
    }
}
