namespace LeadRelay.Configuration;

/// <summary>Everything in the configuration folder, read and found valid as a whole. Never changes: a reload makes a new one.</summary>
public sealed record RelayConfig(
    IReadOnlyDictionary<string, Connection> Connections,
    IReadOnlyDictionary<string, Partner> Partners,
    IReadOnlyDictionary<string, Campaign> Campaigns,
    IReadOnlyDictionary<string, Tracker> Trackers)
{
    /// <summary>Where it was read from: references to secret files are relative to it (see <see cref="Secret"/>).</summary>
    public string Folder { get; init; } = "";

    /// <summary>The template for an event of a campaign: the campaign's own, else its partner's global one, else none.</summary>
    public PostbackTemplate? Template(Campaign campaign, string partner, StatusEvent statusEvent) =>
        campaign.Postbacks.GetValueOrDefault(statusEvent)
        ?? Partners.GetValueOrDefault(partner)?.Postbacks.GetValueOrDefault(statusEvent);
}
