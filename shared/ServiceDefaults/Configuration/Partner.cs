using System.Net;

namespace LeadRelay.Configuration;

/// <summary>Who may call Intake: <c>partners/NAME.json</c>.</summary>
/// <param name="KeyHashes">SHA-256 of each API key, 32 bytes; several, so that keys can be changed without a gap.</param>
/// <param name="Postbacks">Global templates, underneath those of the campaigns.</param>
public sealed record Partner(
    string Name,
    IReadOnlyList<byte[]> KeyHashes,
    IReadOnlySet<Role> Roles,
    IReadOnlyDictionary<StatusEvent, IReadOnlyList<PostbackTemplate>> Postbacks)
{
    /// <summary>From where it may call; empty means from anywhere.</summary>
    public IReadOnlyList<IPNetwork> Networks { get; init; } = [];

    public RateLimit RateLimit { get; init; } = RateLimit.Default;

    /// <summary>Whether it may call from an address.</summary>
    public bool MayCallFrom(IPAddress? address) => Networks.Count is 0 || Networks.Have(address);
}

/// <summary>How many calls each key may make.</summary>
/// <param name="PerMinute">On average: 1 to 1,000,000, default 6,000.</param>
/// <param name="Burst">At once, after a pause: 1 to 1,000,000, by default as many as a minute.</param>
public sealed record RateLimit(int PerMinute, int Burst)
{
    public static readonly RateLimit Default = new(6000, 6000);
}

/// <summary>What a key may do.</summary>
public enum Role
{
    /// <summary>Submits leads and reads their status.</summary>
    Partner,

    /// <summary>Pushes statuses by label.</summary>
    Advertiser,
}
