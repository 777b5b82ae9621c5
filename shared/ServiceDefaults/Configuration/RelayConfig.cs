using System.Security.Cryptography;

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

    /// <summary>The partner that has an API key, by the key's SHA-256.</summary>
    public Partner? PartnerWithKey(byte[] hash) =>
        Partners.Values.FirstOrDefault(partner => partner.KeyHashes.Any(known => CryptographicOperations.FixedTimeEquals(known, hash)));

    /// <summary>The postbacks of an event of a campaign, each with a target of its own: the campaign's, else its partner's global ones, else none.</summary>
    public IReadOnlyList<PostbackTemplate> Templates(Campaign campaign, string? partner, StatusEvent statusEvent) =>
        campaign.Postbacks.GetValueOrDefault(statusEvent)
        ?? Partners.GetValueOrDefault(partner ?? "")?.Postbacks.GetValueOrDefault(statusEvent)
        ?? [];

    /// <summary>The postback of an event for one target; null when there is none.</summary>
    public PostbackTemplate? Template(Campaign campaign, string? partner, StatusEvent statusEvent, string target) =>
        Templates(campaign, partner, statusEvent).FirstOrDefault(template => template.Target == target);
}
