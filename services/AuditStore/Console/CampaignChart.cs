namespace LeadRelay.AuditStore;

/// <summary>A campaign's days, each one there, also those without a lead.</summary>
/// <param name="Rate">Approved, of all orders: 0 to 1; null without orders.</param>
public sealed record CampaignChart(string Campaign, IReadOnlyList<ChartDay> Days, double? Rate)
{
    /// <summary>One for each campaign that got a lead, by name.</summary>
    /// <param name="last">The last day.</param>
    public static IReadOnlyList<CampaignChart> Of(IReadOnlyList<CampaignDay> counted, DateOnly last, int days) =>
    [
        .. counted.Where(day => day.Leads > 0).GroupBy(day => day.Campaign).OrderBy(campaign => campaign.Key, StringComparer.Ordinal).Select(campaign =>
        {
            var known = campaign.ToDictionary(day => day.Day);
            ChartDay Day(DateOnly date) => known.TryGetValue(date, out var day)
                ? new ChartDay(date, day.Leads, day.Orders, day.Events.GetValueOrDefault("approve"), day.PostbacksFailed) : new ChartDay(date, 0, 0, 0, 0);
            ChartDay[] all = [.. Enumerable.Range(1 - days, days).Select(offset => Day(last.AddDays(offset)))];
            var orders = all.Sum(day => day.Orders);
            return new CampaignChart(campaign.Key, all, orders is 0 ? null : (double)all.Sum(day => day.Approved) / orders);
        }),
    ];
}

/// <param name="Approved">Of the orders, by now.</param>
/// <param name="Failed">Postbacks that failed for good.</param>
public sealed record ChartDay(DateOnly Date, long Leads, long Orders, long Approved, long Failed);
