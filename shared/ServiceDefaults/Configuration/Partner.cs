namespace LeadRelay.Configuration;

/// <summary>Who may call Intake: <c>partners/NAME.json</c>.</summary>
/// <param name="KeyHashes">SHA-256 of each API key, 32 bytes; several, so that keys can be changed without a gap.</param>
/// <param name="Postbacks">Global templates, underneath those of the campaigns.</param>
public sealed record Partner(
    string Name,
    IReadOnlyList<byte[]> KeyHashes,
    IReadOnlySet<Role> Roles,
    IReadOnlyDictionary<StatusEvent, PostbackTemplate> Postbacks);

/// <summary>What a key may do.</summary>
public enum Role
{
    /// <summary>Submits leads and reads their status.</summary>
    Partner,

    /// <summary>Pushes statuses by label.</summary>
    Advertiser,
}
