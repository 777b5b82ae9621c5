using System.Collections.Frozen;

namespace LeadRelay.Intake;

/// <summary>Countries by ISO 3166-1: two letters, three letters, or three digits; and <c>UK</c>, which everybody writes.</summary>
public static class Countries
{
    private static readonly FrozenDictionary<string, string> ByCode = Read().ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>The two letters, or null for what is no country.</summary>
    public static string? Alpha2(string code) => ByCode.GetValueOrDefault(code.Trim());

    private static IEnumerable<KeyValuePair<string, string>> Read()
    {
        using var data = new StreamReader(typeof(Countries).Assembly.GetManifestResourceStream("countries.csv")!);
        while (data.ReadLine() is { } line)
        {
            if (line is ['#', ..] || line.Split(',') is not [var alpha2, ..] codes)
                continue;
            foreach (var code in codes)
                yield return new(code, alpha2);
        }
        yield return new("UK", "GB");
        yield return new("XK", "XK"); // Kosovo has no entry in the standard, but a calling code, and leads
    }
}
