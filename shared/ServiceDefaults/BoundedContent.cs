using System.Buffers;
using System.IO.Compression;
using System.Text;

namespace LeadRelay;

/// <summary>Reads answers of strangers.</summary>
public static class BoundedContent
{
    /// <summary>
    /// The text of an answer, as UTF-8, cut at so many bytes: what comes after is never read. What is no text is replaced by
    /// <c>U+FFFD</c>, and so is NUL, which databases do not take.
    /// </summary>
    /// <param name="isBrotli">The answer is packed; the limit is for what it unpacks to, and must not be more than 64 KB.</param>
    public static async Task<string> ReadUpToAsync(this HttpContent content, int limit, CancellationToken ct, bool isBrotli = false)
    {
        using var text = new MemoryStream();
        await content.ReadUpToAsync(text, limit, ct, isBrotli);
        return Text(text);
    }

    /// <summary>The same where it also matters what came of an answer that broke off: the stream has it when this throws.</summary>
    public static async Task ReadUpToAsync(this HttpContent content, MemoryStream text, int limit, CancellationToken ct, bool isBrotli = false)
    {
        await using var raw = await content.ReadAsStreamAsync(ct);
        await using var stream = isBrotli ? new BrotliStream(new SmallWindow(raw), CompressionMode.Decompress) : raw;
        var chunk = ArrayPool<byte>.Shared.Rent(16 * 1024);
        try
        {
            for (int read; text.Length < limit && (read = await stream.ReadAsync(chunk.AsMemory(0, (int)Math.Min(chunk.Length, limit - text.Length)), ct)) > 0;)
                text.Write(chunk, 0, read);
        }
        finally { ArrayPool<byte>.Shared.Return(chunk); }
    }

    /// <summary>What was read so far, as <see cref="ReadUpToAsync(HttpContent, int, CancellationToken, bool)"/> gives it.</summary>
    public static string Text(MemoryStream read) => Encoding.UTF8.GetString(read.GetBuffer(), 0, (int)read.Length).Replace('\0', '\uFFFD');

    /// <summary>
    /// Brotli with a smaller window. Its decoder fills the whole window before it gives anything away, and the sender chooses
    /// how large that is: 50 bytes could cost 16 MB. The window's size is in the first four bits (RFC 7932, 9.1), and has no
    /// bearing on what comes before its end: with 256 KB in place of more, the beginning unpacks to the same.
    /// </summary>
    private sealed class SmallWindow(Stream packed) : Stream
    {
        private const byte Bits = 0b1111;
        private const byte QuarterOfMegabyte = 0b0011;

        private bool begun;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await packed.ReadAsync(buffer, cancellationToken);
            // Odd ones other than 1 are windows of 256 KB and more; the rest are smaller.
            if (!begun && read > 0 && (buffer.Span[0] & Bits) is var window && window % 2 is 1 && window is not 1)
                buffer.Span[0] = (byte)((buffer.Span[0] & ~Bits) | QuarterOfMegabyte);
            begun |= read > 0;
            return read;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
