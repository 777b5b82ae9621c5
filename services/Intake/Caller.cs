using System.Security.Cryptography;
using System.Text;
using LeadRelay.Configuration;

namespace LeadRelay.Intake;

/// <summary>Who calls, by API key: <c>X-Api-Key</c>, <c>Authorization: Bearer</c>, or <c>api_key</c> in the body. Never the URL, which ends up in logs.</summary>
public static class Caller
{
    public static readonly Refusal Unknown = new(401, "unauthorized",
        "No partner has this API key. Send it as X-Api-Key, as Authorization: Bearer, or as api_key in the body.");

    /// <summary>The partner whose key came, or null.</summary>
    public static Partner? Of(HttpRequest request, string? bodyKey, RelayConfig config)
    {
        var authorization = request.Headers.Authorization.ToString();
        var key = request.Headers["X-Api-Key"].ToString() is { Length: > 0 } header ? header
            : authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? authorization[7..].Trim()
            : bodyKey;
        if (string.IsNullOrEmpty(key))
            return null;
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(key));
        return config.Partners.Values.FirstOrDefault(partner => partner.KeyHashes.Any(known => CryptographicOperations.FixedTimeEquals(known, hash)));
    }

    /// <summary>Why a partner may not do something with a campaign; null when it may.</summary>
    public static Refusal? Forbids(Partner partner, Role role, Campaign campaign) =>
        !partner.Roles.Contains(role)
            ? new Refusal(403, "role_missing", $"This key may not do that: it lacks the role {role.ToString().ToLowerInvariant()}.")
        : !campaign.Partners.Contains(partner.Name)
            ? new Refusal(403, "campaign_not_allowed", $"This key does not belong to the campaign {campaign.Alias}.")
        : null;
}
