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
            if (Length > 0 && Trunk is "" && digits.TrimStart('0').Length == Length)
                digits = digits.TrimStart('0'); // a zero from the habit of another country
            if (Trunk is not "" && digits.StartsWith(Trunk, StringComparison.Ordinal) && (Length is 0 || digits.Length == Trunk.Length + Length))
                digits = digits[Trunk.Length..];
            return Code + digits;
        }
    }

    public static readonly FrozenDictionary<string, Plan> ByCountry = Read().ToFrozenDictionary(p => p.Country, p => p.Plan);

    private static readonly FrozenSet<string> Codes = ByCountry.Values.Select(p => p.Code).ToFrozenSet();

    private static readonly FrozenDictionary<string, Plan> FirstPlans = Read().DistinctBy(p => p.Plan.Code).ToFrozenDictionary(p => p.Plan.Code, p => p.Plan);

    /// <summary>Whether an international number begins with an assigned calling code.</summary>
    public static bool StartsWithOne(string digits) => Enumerable.Range(1, Math.Min(4, digits.Length)).Any(length => Codes.Contains(digits[..length]));

    /// <summary>Whether it is an assigned calling code.</summary>
    public static bool IsOne(string code) => Codes.Contains(code);

    /// <summary>How those with a calling code dial: of several countries, the one named, else the first.</summary>
    public static Plan PlanOf(string code, string? country) =>
        ByCountry.TryGetValue(country ?? "", out var plan) && plan.Code == code ? plan : FirstPlans[code];

    /// <summary>An international number without the trunk prefix that was left behind its calling code: +49 0151….</summary>
    public static string WithoutTrunk(string digits)
    {
        var code = Enumerable.Range(1, Math.Min(4, digits.Length)).Select(length => digits[..length]).LastOrDefault(Codes.Contains);
        if (code is null || FirstPlans[code] is not { Trunk: not "" } plan)
            return digits;
        var rest = digits[code.Length..];
        if (plan.Trunk is "0") // no number of such a country begins with a zero of its own
            return code + rest.TrimStart('0');
        return plan.Length > 0 && rest.Length == plan.Trunk.Length + plan.Length && rest.StartsWith(plan.Trunk, StringComparison.Ordinal)
            ? code + rest[plan.Trunk.Length..]
            : digits;
    }

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
