using System.Globalization;

namespace LeadRelay.Tests.EndToEnd.Chaos;

/// <summary>What the audit says, as far as it is asked: read through its export.</summary>
internal sealed record AuditWord
{
    private const string Kinds = "LeadSubmitted,OrderRefused,OrderInDoubt,OrderStatusChanged,PostbackSkipped";

    public HashSet<Guid> Submitted { get; } = [];

    public HashSet<Guid> Refused { get; } = [];

    public HashSet<Guid> Doubted { get; } = [];

    /// <summary>Webhooks: which change of which order.</summary>
    public HashSet<(string Order, int Nth)> Webhooks { get; } = [];

    /// <summary>Changes that gave way to a newer one.</summary>
    public HashSet<(string Order, int Nth)> Superseded { get; } = [];

    /// <summary>A kind of messages alone, where not all are wanted.</summary>
    public static async Task<AuditWord> ReadAsync(Relay relay, string kinds = Kinds)
    {
        var said = new AuditWord();
        using var answer = await relay.AuditStore.GetAsync(new Uri($"audit/export?format=ndjson&kind={kinds}", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        answer.EnsureSuccessStatusCode();
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        while (await reader.ReadLineAsync() is { } line)
            said.Take(line);
        return said;
    }

    /// <summary>A line of the export. Its columns come first, the message last; what is quoted within a text is escaped, and so never taken for a member.</summary>
    public void Take(string line)
    {
        switch (Member(line, "kind"))
        {
            case "LeadSubmitted": Submitted.Add(LeadOf(line)); break;
            case "OrderRefused": Refused.Add(LeadOf(line)); break;
            case "OrderInDoubt": Doubted.Add(LeadOf(line)); break;
            case "OrderStatusChanged" when Member(line, "statusChangedAt") is { } at:
                Webhooks.Add((Member(line, "order_id")!, Change.NthOf(DateTimeOffset.Parse(at, CultureInfo.InvariantCulture))));
                break;
            case "PostbackSkipped" when Member(line, "reason") is "superseded":
                Superseded.Add((Member(line, "order_id")!, Change.NthOf(DateTimeOffset.FromUnixTimeMilliseconds(Number(line, "sequence")))));
                break;
        }
    }

    private static Guid LeadOf(string line) => Guid.Parse(Member(line, "lead_id")!);

    private static string? Member(string json, string name)
    {
        var start = json.IndexOf($"\"{name}\":\"", StringComparison.Ordinal) + name.Length + 4;
        return start < name.Length + 4 ? null : json[start..json.IndexOf('"', start)];
    }

    private static long Number(string json, string name)
    {
        var start = json.IndexOf($"\"{name}\":", StringComparison.Ordinal) + name.Length + 3;
        var end = start;
        while (char.IsAsciiDigit(json[end]) || json[end] is '-')
            end++;
        return long.Parse(json.AsSpan(start, end - start), CultureInfo.InvariantCulture);
    }
}

/// <summary>The rules that a lead's books must fulfil when everything is healed and has come to rest.</summary>
internal static class Books
{
    public const string Answered = "every client got its answer, and one that it is promised";
    public const string NotLost = "no accepted lead is lost";
    public const string NotDoubled = "no lead has two orders";
    public const string OwnOrder = "what a client and the trackers were told is the lead's own order";
    public const string DecidedAlone = "where look-ups are trusted, a doubt ends by itself";
    public const string Forward = "at a tracker, an order's statuses go forward in time";
    public const string Told = "no status is missing at a tracker";
    public const string OnRecord = "every accepted message is in the audit";

    public static IReadOnlyList<string> Rules { get; } = [Answered, NotLost, NotDoubled, OwnOrder, DecidedAlone, Forward, Told, OnRecord];

    /// <summary>Which rules a lead breaks, and how.</summary>
    public static IEnumerable<(string Rule, string Text)> Broken(Lead lead, AuditWord audit)
    {
        if (lead.OddAnswer is { } odd)
            yield return (Answered, $"it was answered {odd}");
        if (lead.Id is not { } id)
        {
            yield return (Answered, "no success was answered");
            yield break;
        }
        if (!audit.Submitted.Contains(id))
            yield return (OnRecord, "the audit has no LeadSubmitted of it");
        if (lead.Story.IsTrusted && lead.WasDecided)
            yield return (DecidedAlone, "it stayed in doubt");
        if (lead.Orders is [])
        {
            if (!audit.Refused.Contains(id))
                yield return (NotLost, audit.Doubted.Contains(id) ? "it was in doubt, and has no order" : "it has no order, and nothing says why");
            yield break;
        }
        if (lead.Orders.Count > 1)
            yield return (NotDoubled, $"it has the orders {string.Join(", ", lead.Orders)}");
        var order = lead.Orders[0];
        if (lead.ToldOrder is { } told && told != order)
            yield return (OwnOrder, $"its client was told {told}, and its order is {order}");
        if (lead.Receipts.Any(receipt => receipt.OrderId != order))
            yield return (OwnOrder, $"its tracker was told of {string.Join(", ", lead.Receipts.Select(receipt => receipt.OrderId).Distinct())}, and its order is {order}");
        foreach (var (earlier, later) in lead.Receipts.Zip(lead.Receipts.Skip(1)).Where(pair => pair.Second.Nth < pair.First.Nth))
            yield return (Forward, $"its change {later.Nth} came after its change {earlier.Nth}");

        var received = lead.Receipts.Where(receipt => receipt.IsAccepted).Aggregate(0, (bits, receipt) => bits | 1 << receipt.Nth);
        var latest = 31 - int.LeadingZeroCount(lead.Accepted | 1);
        for (var nth = 0; nth <= latest; nth++)
        {
            if ((nth > 0 && !Has(lead.Accepted, nth)) || Has(received, nth))
                continue;
            if (nth == latest)
                yield return (Told, $"its latest change, {nth}, did not come");
            else if (!audit.Superseded.Contains((order, nth)))
                yield return (Told, $"its change {nth} did not come, and the audit does not say that it was superseded");
            else if (received >> nth + 1 is 0)
                yield return (Told, $"its change {nth} was superseded, and no newer one came");
        }
        for (var nth = 1; nth <= latest; nth++)
        {
            if (Has(lead.Accepted, nth) && !audit.Webhooks.Contains((order, nth)))
                yield return (OnRecord, $"the audit has no webhook of its change {nth}");
        }
    }

    /// <summary>How many postbacks of an order came again though the tracker had taken them.</summary>
    public static int Repeats(Lead lead) => lead.Receipts.Where(receipt => receipt.IsAccepted).CountBy(receipt => receipt.Nth).Sum(same => same.Value - 1);

    /// <summary>Whether its tracker has the latest status that was accepted, or nothing is to be had.</summary>
    public static bool IsTold(Lead lead)
    {
        if (lead.Orders is [])
            return true;
        var latest = 31 - int.LeadingZeroCount(lead.Accepted | 1);
        lock (lead.Receipts)
            return lead.Receipts.Exists(receipt => receipt.IsAccepted && receipt.Nth == latest);
    }

    private static bool Has(int bits, int nth) => (bits >> nth & 1) is 1;
}
