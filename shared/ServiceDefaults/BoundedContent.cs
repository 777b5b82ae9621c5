using System.Buffers;
using System.Text;

namespace LeadRelay;

/// <summary>Reads answers of strangers.</summary>
public static class BoundedContent
{
    /// <summary>The text of an answer, as UTF-8, cut at so many bytes: what comes after is never read.</summary>
    public static async Task<string> ReadUpToAsync(this HttpContent content, int limit, CancellationToken ct)
    {
        await using var stream = await content.ReadAsStreamAsync(ct);
        using var text = new MemoryStream();
        var chunk = ArrayPool<byte>.Shared.Rent(16 * 1024);
        try
        {
            for (int read; text.Length < limit && (read = await stream.ReadAsync(chunk.AsMemory(0, (int)Math.Min(chunk.Length, limit - text.Length)), ct)) > 0;)
                text.Write(chunk, 0, read);
        }
        finally { ArrayPool<byte>.Shared.Return(chunk); }
        return Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length);
    }
}
