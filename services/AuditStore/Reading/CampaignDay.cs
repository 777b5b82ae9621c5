using LeadRelay.Persistence.Audit;

namespace LeadRelay.AuditStore;

/// <summary>What became, so far, of the leads that a campaign got on one day (UTC).</summary>
/// <param name="Leads">Taken; those refused at the door are not among them.</param>
/// <param name="Orders">Of these, how many have an order of their own.</param>
/// <param name="Duplicates">Share another lead's order.</param>
/// <param name="Open">Neither an order nor an end yet: queued or in doubt.</param>
/// <param name="Rejected">Refused at the door, by code.</param>
/// <param name="Refused">Refused later, by SalesRender or for good, by code.</param>
/// <param name="Labels">Orders by the label of their latest status.</param>
/// <param name="Events">Orders by the event of it.</param>
/// <param name="ApprovalRate">Orders whose latest event is <c>approve</c>, of all orders: 0 to 1; null without orders.</param>
/// <param name="PostbackSuccess">Postbacks delivered, of those delivered or failed for good: 0 to 1; null without any.</param>
public sealed record CampaignDay(
    string Campaign,
    DateOnly Day,
    long Leads,
    long Orders,
    long Duplicates,
    long Open,
    IReadOnlyDictionary<string, long> Rejected,
    IReadOnlyDictionary<string, long> Refused,
    IReadOnlyDictionary<string, long> Labels,
    IReadOnlyDictionary<string, long> Events,
    double? ApprovalRate,
    long PostbacksDelivered,
    long PostbacksFailed,
    double? PostbackSuccess)
{
    public static IReadOnlyList<CampaignDay> Of(IEnumerable<LeadCount> counts) => [.. counts.GroupBy(count => (count.Campaign, count.Day)).Select(Count)];

    private static CampaignDay Count(IGrouping<(string Campaign, DateOnly Day), LeadCount> counts)
    {
        long Sum(Func<LeadEnd, bool> which) => counts.Where(count => which(count.End)).Sum(count => count.Leads);
        Dictionary<string, long> By(Func<LeadEnd, string?> word, Func<LeadEnd, bool> which) => counts.Where(count => which(count.End) && word(count.End) is not null)
            .GroupBy(count => word(count.End)!).ToDictionary(same => same.Key, same => same.Sum(count => count.Leads));
        static bool HasOrder(LeadEnd end) => end.State is "created";

        var orders = Sum(HasOrder);
        var (delivered, failed) = (counts.Sum(count => count.Delivered), counts.Sum(count => count.Failed));
        return new CampaignDay(counts.Key.Campaign, counts.Key.Day, Sum(end => end.State is not LeadEnd.Rejected), orders, Sum(end => end.State is "duplicate"), Sum(end => end.State is "queued" or "in_doubt"),
            By(end => end.Code, end => end.State is LeadEnd.Rejected), By(end => end.Code, end => end.State is "refused"), By(end => end.Label, HasOrder), By(end => end.Event?.ToString().ToLowerInvariant(), HasOrder),
            Share(Sum(end => HasOrder(end) && end.Event is StatusEvent.Approve), orders), delivered, failed, Share(delivered, delivered + failed));
    }

    private static double? Share(long part, long whole) => whole is 0 ? null : Math.Round((double)part / whole, 4);
}
