using LeadRelay.Configuration;
using System.Net;

namespace LeadRelay.Intake;

/// <summary>
/// Decides whether somebody may call at all: by API key (<c>X-Api-Key</c>, <c>Authorization: Bearer</c>, or <c>api_key</c>
/// in the body; never the URL, which ends up in logs), by address, and by how often.
/// </summary>
public sealed partial class Gate(ConfigStore config, CallLimits limits, ILogger<Gate> logger)
{
    private static readonly Refusal Unknown = new(401, "unauthorized",
        "No partner has this API key. Send it as X-Api-Key, as Authorization: Bearer, or as api_key in the body.");

    private static readonly Refusal WrongNetwork = new(403, "network_not_allowed",
        "This key may not be used from the address that the call came from.");

    /// <summary>Who calls. A partner without a refusal is let in.</summary>
    /// <param name="unreadable">Why the body could not be read, if it could not: told to callers whose key may have been in it.</param>
    public Admission Admit(HttpRequest request, string? bodyKey, Refusal? unreadable = null)
    {
        var address = request.HttpContext.Connection.RemoteIpAddress;
        if (Find(request, bodyKey) is not { } found)
            return new(null, Stranger(request) ?? unreadable ?? Unknown);
        var (partner, keyHash) = found;
        // From a wrong address the key may be stolen: then it must neither use up its owner's calls nor fill the audit.
        if (!partner.MayCallFrom(address))
            return Stranger(request) is { } tooMany ? new(null, tooMany) : new(partner, WrongNetwork);
        if (limits.Exceeds(new KeyLimit(partner.Name, keyHash, partner.RateLimit)) is { } wait)
            return new(limits.IsWorthTelling(keyHash) ? partner : null, TooMany(wait));
        return new(partner, null);
    }

    /// <summary>Why a partner may not do something; null when it may.</summary>
    public static Refusal? Forbids(Partner partner, Role role) => partner.Roles.Contains(role)
        ? null
        : new Refusal(403, "role_missing", $"This key may not do that: it lacks the role {role.ToString().ToLowerInvariant()}.");

    /// <summary>The same with a campaign.</summary>
    public static Refusal? Forbids(Partner partner, Role role, Campaign campaign) =>
        Forbids(partner, role) ?? (campaign.Partners.Contains(partner.Name)
            ? null
            : new Refusal(403, "campaign_not_allowed", $"This key does not belong to the campaign {campaign.Alias}."));

    private (Partner Partner, string KeyHash)? Find(HttpRequest request, string? bodyKey)
    {
        if ((ApiKey.Of(request) ?? bodyKey) is not { Length: > 0 } key)
            return null;
        var hash = ApiKey.Hash(key);
        return config.Current.PartnerWithKey(hash) is { } partner ? (partner, Convert.ToHexStringLower(hash)) : null;
    }

    /// <summary>Refuses a stranger who comes too often. Of strangers there is a sample in the log, and nothing in the audit.</summary>
    private Refusal? Stranger(HttpRequest request)
    {
        var address = request.HttpContext.Connection.RemoteIpAddress;
        if (limits.IsWorthTelling("strangers"))
            LogStranger(address, PersonalData.MaskId(request.Path));
        return limits.StrangerExceeds(address) is { } wait ? TooMany(wait) : null;
    }

    private static Refusal TooMany(TimeSpan wait) =>
        new(429, "rate_limited", "Too many calls; call again after the time in Retry-After.") { RetryAfter = wait };

    [LoggerMessage(Level = LogLevel.Information, EventName = "StrangeCaller", Message = "A call from {Address} to {Path} had no key that is valid there; at most one such call a minute is logged.")]
    private partial void LogStranger(IPAddress? address, string path);
}

/// <summary>What the gate decided.</summary>
/// <param name="Partner">Who calls; null for somebody whose refusal is not put on record.</param>
/// <param name="Refusal">Why not; null when let in.</param>
public sealed record Admission(Partner? Partner, Refusal? Refusal);
