using System.Text.Json.Serialization;

namespace LeadRelay.Sandbox;

/// <summary>What Keitaro would have made of its postbacks: one conversion for each click and transaction id, with the status it has now.</summary>
/// <param name="Payout">As it was last told; money that came with a postback that changed nothing does not count.</param>
/// <param name="History">Every postback about it, the first one first.</param>
public sealed record Conversion(string Tracker, string ClickId, string? Tid, string Status, string? Payout, string? Currency, IReadOnlyList<ConversionStep> History)
{
    // What Keitaro's documentation has. Nothing leads out of rejected: whether a sale does is not documented, so it does not here.
    private static readonly (string From, string To)[] Transitions = [("lead", "sale"), ("lead", "rejected"), ("sale", "rejected"), ("rebill", "rejected")];

    /// <summary>The conversions in the order of their first postbacks. A postback that the tracker refused makes none.</summary>
    public static IEnumerable<Conversion> Of(IEnumerable<Postback> postbacks) => postbacks
        .Where(postback => postback.Accepted)
        .GroupBy(postback => (postback.Tracker, postback.ClickId, postback.Tid))
        .Select(same => same.Skip(1).Aggregate(First(same.First()), Next));

    private static Conversion First(Postback first) =>
        new(first.Tracker, first.ClickId!, first.Tid, first.Status, first.Payout, first.Currency, [new ConversionStep(first.Status, null)]);

    private static Conversion Next(Conversion now, Postback next)
    {
        var ignored = next.Status == now.Status ? "Conversion by pair \"SubId + tid\" already exists. Postback ignored"
            : !Transitions.Contains((now.Status, next.Status)) ? $"Keitaro documents no way from {now.Status} to {next.Status}: it stays {now.Status}"
            : null;
        IReadOnlyList<ConversionStep> history = [.. now.History, new ConversionStep(next.Status, ignored)];
        return ignored is not null ? now with { History = history }
            : now with { Status = next.Status, Payout = next.Payout ?? now.Payout, Currency = next.Currency ?? now.Currency, History = history };
    }
}

/// <summary>A postback's status, and why it changed nothing if it did not.</summary>
public sealed record ConversionStep(string Status, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Ignored);
