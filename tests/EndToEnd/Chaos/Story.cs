using System.Globalization;

namespace LeadRelay.Tests.EndToEnd.Chaos;

/// <summary>A change of an order's status, as SalesRender tells of it.</summary>
/// <param name="Nth">Its place in the order's life, from 1; 0 is the order's creation.</param>
/// <param name="Status">SalesRender's status id; no two changes of an order have the same.</param>
/// <param name="After">How long after the order was made it is told. Not always in the order of <paramref name="Nth"/>.</param>
/// <param name="IsToldTwice">A second later it is told once more.</param>
public sealed record Change(int Nth, int Status, TimeSpan After, bool IsToldTwice)
{
    /// <summary>Before any order here was created.</summary>
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch.AddYears(50);

    /// <summary>SalesRender's own time of the change.</summary>
    public DateTimeOffset At => Start.AddMinutes(Nth);

    /// <summary>Which change of its order a time belongs to; 0 for any other time, as that of the order's creation.</summary>
    public static int NthOf(DateTimeOffset at) => at - Start is { TotalDays: < 1, Ticks: > 0 } since ? (int)since.TotalMinutes : 0;
}

/// <summary>What a partner submits and what becomes of it at the call centre: by the seed and the lead's number alone.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Waits">The partner waits for the order's id.</param>
public sealed record Story(int Number, string Campaign, bool Waits, IReadOnlyList<Change> Changes)
{
    /// <summary>Of the connection whose look-ups are trusted.</summary>
    public const string Trusted = "trusted";

    /// <summary>Of the other one, each with a tracker of its own.</summary>
    public static IReadOnlyList<string> Others { get; } = ["first", "second"];

    /// <summary>
    /// A look for an order reads 2,000 orders at most, and has to reach back to five minutes before the lead came to say that
    /// there is none. So a company whose look-ups are trusted has no more leads a second; then one may wait for some minutes, too.
    /// </summary>
    private const double MostTrusted = 3;

    private static readonly int[] Statuses = [2, 3, 4, 5];

    public string Click => $"c{Number}";

    /// <summary>E.164.</summary>
    public string Phone => string.Create(CultureInfo.InvariantCulture, $"+4915{Number:D9}");

    public bool IsTrusted => Campaign == Trusted;

    /// <summary>The number of a click id; 0 when it is none of ours.</summary>
    public static int NumberOf(ReadOnlySpan<char> click) =>
        click is ['c', .. var digits] && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    /// <param name="leadsPerSecond">How fast leads come, which says how many of them can go to the trusted connection.</param>
    /// <param name="changesOver">Within this time after the order was made its changes are told.</param>
    public static Story Of(int seed, int number, double leadsPerSecond, TimeSpan changesOver)
    {
        var random = new Random(unchecked(seed * 1_000_003 + number));
        var trustedEvery = (int)Math.Ceiling(Math.Max(2, leadsPerSecond / MostTrusted));
        var statuses = Statuses.ToArray();
        random.Shuffle(statuses);
        var times = Enumerable.Range(0, 2 + random.Next(3)).Select(_ => changesOver * random.NextDouble()).Order().ToArray();
        if (random.Next(5) is 0)
            random.Shuffle(times);
        return new Story(number, number % trustedEvery is 0 ? Trusted : Others[random.Next(Others.Count)], random.Next(8) is 0,
            [.. times.Select((after, i) => new Change(i + 1, statuses[i], after, random.Next(20) is 0))]);
    }
}
