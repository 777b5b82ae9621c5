namespace LeadRelay.Tests.EndToEnd.Chaos;

/// <summary>What can be done to a relay.</summary>
public enum HarmKind
{
    /// <summary>SIGKILL of a service; it is started again when the harm ends.</summary>
    KillService,

    /// <summary>SIGKILL of the broker's node; it is started again on its data when the harm ends.</summary>
    KillBroker,

    /// <summary>Every connection to the broker is closed, from its side.</summary>
    CutConnections,

    /// <summary>A store's file is locked, so that nobody can write.</summary>
    LockStore,

    /// <summary>SalesRender misbehaves.</summary>
    SpoilCrm,

    /// <summary>A tracker misbehaves.</summary>
    SpoilTracker,
}

/// <summary>One thing that goes wrong, and is healed.</summary>
/// <param name="At">Since the harm as a whole began.</param>
/// <param name="Victim">A service, a store's file, or how the CRM or the tracker misbehaves; empty for the broker.</param>
/// <param name="Number">Which replica of the service, or which tracker, from 1; 0 for the others.</param>
/// <param name="Length">How long until it is healed.</param>
/// <param name="Strikes">How many calls a misbehaviour strikes at most; 0 for the other kinds.</param>
public sealed record Harm(TimeSpan At, HarmKind Kind, string Victim, int Number, TimeSpan Length, int Strikes)
{
    /// <summary>As people call it: <c>KillService CrmWriter 2</c>.</summary>
    public override string ToString() => string.Join(' ', new[] { $"{Kind}", Victim, Number is 0 ? "" : $"{Number}" }.Where(word => word.Length > 0));
}

/// <summary>What is done to a relay and when: by the seed and the length alone.</summary>
public sealed record Plan(int Seed, TimeSpan Length, IReadOnlyList<Harm> Harms)
{
    /// <summary>How a CRM misbehaves, and how many calls that strikes: few where each becomes a doubt, which costs looks for its order.</summary>
    public static IReadOnlyDictionary<string, int> CrmWays { get; } = new Dictionary<string, int>
    {
        ["fail"] = 5, ["turn_away"] = 100, ["refuse"] = 8, ["hang"] = 8, ["hang_after"] = 8, ["cut"] = 12, ["garbage"] = 12,
    };

    /// <summary>How a tracker misbehaves. Ten failures in a row make a dispatcher leave it alone for half a minute.</summary>
    public static IReadOnlyDictionary<string, int> TrackerWays { get; } = new Dictionary<string, int> { ["fail"] = 40, ["turn_away"] = 40, ["hang"] = 6, ["cut"] = 40 };

    /// <summary>The files of the three stores.</summary>
    public static IReadOnlyList<string> Stores { get; } = ["crm.db", "postbacks.db", "audit.db"];

    public const int Replicas = 2;
    public const int Trackers = 2;

    /// <summary>A card of the deck that the harms are dealt from.</summary>
    /// <param name="From">Seconds that it lasts, at least.</param>
    /// <param name="To">At most.</param>
    private sealed record Card(HarmKind Kind, string Victim, int Number, double From, double To, int Strikes = 0);

    /// <summary>Each victim and way once or more, as often as it should come compared with the others.</summary>
    private static readonly Card[] Deck =
    [
        .. from service in RelayOptions.AllServices from replica in Enumerable.Range(1, Replicas) select new Card(HarmKind.KillService, service, replica, 0, 2),
        .. Enumerable.Repeat(new Card(HarmKind.KillBroker, "", 0, 0, 3), 2),
        .. Enumerable.Repeat(new Card(HarmKind.CutConnections, "", 0, 0, 0), 3),
        .. from store in Stores select new Card(HarmKind.LockStore, store, 0, 2, 7),
        .. from way in CrmWays select new Card(HarmKind.SpoilCrm, way.Key, 0, 2, 6, way.Value),
        .. from way in TrackerWays from tracker in Enumerable.Range(1, Trackers) select new Card(HarmKind.SpoilTracker, way.Key, tracker, 2, 6, way.Value),
    ];

    /// <summary>One harm in each stretch of time, at a moment in its first half. The first ones are one of each kind; after them the whole deck is dealt, again and again.</summary>
    /// <param name="every">The stretch; the length should have six of them or more.</param>
    public static Plan Of(int seed, TimeSpan length, TimeSpan every)
    {
        var random = new Random(seed);
        var cards = Deal(random).GetEnumerator();
        List<Harm> harms = [];
        for (var start = TimeSpan.Zero; start + every <= length; start += every)
        {
            cards.MoveNext();
            var card = cards.Current;
            var at = start + every * (random.NextDouble() / 2);
            var lasts = TimeSpan.FromSeconds(card.From + (card.To - card.From) * random.NextDouble());
            harms.Add(new Harm(at, card.Kind, card.Victim, card.Number, at + lasts < length ? lasts : length - at, card.Strikes));
        }
        return new Plan(seed, length, harms);
    }

    private static IEnumerable<Card> Deal(Random random)
    {
        var first = Deck.GroupBy(card => card.Kind).Select(kind => kind.ElementAt(random.Next(kind.Count()))).ToArray();
        random.Shuffle(first);
        foreach (var card in first)
            yield return card;
        while (true)
        {
            var deck = Deck.ToArray();
            random.Shuffle(deck);
            foreach (var card in deck)
                yield return card;
        }
    }
}
