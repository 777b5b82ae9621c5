using System.Security.Cryptography;
using System.Text;

namespace LeadRelay;

/// <summary>Ids of what may be made twice: the same event gets the same id, so that storing it twice keeps one.</summary>
public static class StableId
{
    private static readonly Guid Namespace = new("5d0c7a0e-2f6b-5d4b-9a53-6b1f0c2e8a11");

    /// <summary>UUID version 5 of subject, kind, sequence and attempt.</summary>
    /// <param name="subject">What the event is about: a lead id, a delivery id, connection and order.</param>
    /// <param name="kind">The message's type.</param>
    public static Guid Of(string subject, string kind, long sequence = 0, int attempt = 0) =>
        Of(Namespace, $"{subject}\n{kind}\n{sequence}\n{attempt}");

    /// <summary>UUID version 5 (RFC 9562) of a name within a namespace.</summary>
    public static Guid Of(Guid space, string name)
    {
        Span<byte> input = stackalloc byte[16];
        space.TryWriteBytes(input, bigEndian: true, out _);
#pragma warning disable CA5350 // version 5 is defined by SHA-1; nothing is protected by it
        var hash = SHA1.HashData([.. input, .. Encoding.UTF8.GetBytes(name)]).AsSpan(0, 16);
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash, bigEndian: true);
    }
}
