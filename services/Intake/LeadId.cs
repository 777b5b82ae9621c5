using System.Security.Cryptography;
using System.Text;

namespace LeadRelay.Intake;

/// <summary>
/// The id of a lead: the same for every repeat of one submission. Its last four bytes are a check over the rest, the
/// partner and the alias, so that an id can be recognised as one of this partner and campaign wherever it turns up.
/// </summary>
public static class LeadId
{
    private static readonly Guid Namespace = new("0f6a3a52-7a0e-5c8a-8d5b-4f0b7a6d9e21");

    /// <summary>UUID version 5 of partner, alias and key; a key that is itself a lead id of the two is that lead.</summary>
    /// <param name="key">The idempotency key; null makes a new id, UUID version 7.</param>
    public static Guid Of(string partner, string alias, string? key) =>
        key is null ? Seal(Guid.CreateVersion7(), partner, alias)
        : Guid.TryParse(key, out var id) && Is(id, partner, alias) ? id
        : Seal(StableId.Of(Namespace, $"{partner}\n{alias}\n{key}"), partner, alias);

    /// <summary>Whether an id was made for this partner and alias; wrong once in four thousand million.</summary>
    public static bool Is(Guid id, string partner, string alias) => id.Version is 5 or 7 && Seal(id, partner, alias) == id;

    private static Guid Seal(Guid id, string partner, string alias)
    {
        var bytes = id.ToByteArray(bigEndian: true);
        SHA256.HashData([.. bytes.AsSpan(0, 12), .. Encoding.UTF8.GetBytes($"{partner}\n{alias}")]).AsSpan(0, 4).CopyTo(bytes.AsSpan(12));
        return new Guid(bytes, bigEndian: true);
    }
}
