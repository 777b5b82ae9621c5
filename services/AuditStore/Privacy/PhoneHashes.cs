using System.Security.Cryptography;
using System.Text;

namespace LeadRelay.AuditStore;

/// <summary>
/// Phone numbers as they are searched by: HMAC-SHA256 with <c>Privacy__Key</c>. A plain hash could be reversed by trying all
/// numbers. What was stored under another key is not found any more.
/// </summary>
public sealed class PhoneHashes
{
    public const string SampleKey = "demo-privacy-key";

    private const int LeastLength = 16;

    private readonly byte[] key;

    /// <exception cref="InvalidOperationException">No key is set, a short one, or the sample one outside the sample profiles.</exception>
    public PhoneHashes(IConfiguration settings)
    {
        var text = settings["Privacy:Key"];
        if (string.IsNullOrWhiteSpace(text) || text.Length < LeastLength)
            throw new InvalidOperationException($"Privacy__Key is not set, or shorter than {LeastLength} characters: give AuditStore a long random text, and keep it: phone numbers are searched by their HMAC with it.");
        if (text is SampleKey && settings["Profile"] is not ("embedded" or "sandbox"))
            throw new InvalidOperationException("Privacy__Key is the sample's: everybody knows it. Set one of your own, or Profile=embedded to try things.");
        key = Encoding.UTF8.GetBytes(text);
    }

    /// <param name="phone">E.164; other characters than digits do not count.</param>
    public string? Of(string? phone) =>
        phone is not null && string.Concat(phone.Where(char.IsAsciiDigit)) is { Length: > 0 } digits ? Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(digits)).AsSpan(0, 16)) : null;
}
