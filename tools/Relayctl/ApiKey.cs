using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace LeadRelay.Relayctl;

/// <summary>API keys: <c>lr_</c>, so that one found somewhere is recognised, and 32 random bytes.</summary>
internal static class ApiKey
{
    public static string New() => "lr_" + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>As a partner's file has it.</summary>
    public static string Hash(string key) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
