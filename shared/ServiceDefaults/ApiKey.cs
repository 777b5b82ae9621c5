using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace LeadRelay;

/// <summary>A partner's key in a request: <c>X-Api-Key</c>, else <c>Authorization: Bearer</c>; never in the URL, which ends up in logs.</summary>
public static class ApiKey
{
    public static string? Of(HttpRequest request)
    {
        var authorization = request.Headers.Authorization.ToString();
        return request.Headers["X-Api-Key"].ToString() is { Length: > 0 } header ? header
            : authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? authorization[7..].Trim()
            : null;
    }

    /// <summary>As the partners' files have it: SHA-256.</summary>
    public static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
