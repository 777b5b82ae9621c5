using System.Diagnostics;
using System.IO.Compression;
using System.Net.Sockets;
using System.Text;
using LeadRelay.PostbackDispatcher;

namespace LeadRelay.Tests.Rules.PostbackDispatcher;

/// <summary>What measures the whole process's memory runs when nothing else does.</summary>
[CollectionDefinition(nameof(HostileTrackerTests), DisableParallelization = true)]
public static class Alone;

/// <summary>Trackers that never end, or send a little that means much: an attempt ends in time, and costs at most 1 MB.</summary>
[Collection(nameof(HostileTrackerTests))]
public class HostileTrackerTests
{
    private const int Attempts = 16;
    private const long Megabyte = 1024 * 1024;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);
    private static readonly byte[] Block = Encoding.ASCII.GetBytes(new string('x', 64 * 1024));

    public static TheoryData<string> Manners =>
    [
        "an endless body", "an endless body in chunks", "endless chunk extensions", "an endless trailer", "one byte a second", "one byte of the head a second", "endless headers", "one endless header",
        "an endless status line", "endless interim answers", "an endless switched protocol", "silence", "a gzip bomb", "a gzip bomb in gzip", "a deflate bomb", "a brotli bomb", "a brotli bomb in gzip", "an endless gzip header", "an endless brotli comment",
    ];

    [Theory]
    [MemberData(nameof(Manners))]
    public async Task An_attempt_ends_in_time_and_costs_a_megabyte_at_most(string manner)
    {
        await using var tracker = new RawTracker((stream, _, ct) => MisbehaveAsync(manner, stream, ct), closes: true);
        using var client = RawTracker.Client(Limit);
        // What is loaded, compiled and pooled the first time is not a cost of each.
        await TogetherAsync(client, tracker);

        // Others in the process only ever add; what an attempt costs, it costs each time.
        var least = long.MaxValue;
        for (var round = 0; round < 6 && least > Attempts * Megabyte; round++)
        {
            using var memory = new MemoryWatch();
            var watch = Stopwatch.StartNew();
            var answers = await TogetherAsync(client, tracker);

            Assert.True(watch.Elapsed < Limit * 15, $"It took {watch.Elapsed}.");
            Assert.All(answers, answer => Assert.True(answer.Error is not null || answer.Body!.Length <= 16 * 1024));
            least = Math.Min(least, memory.Highest());
        }
        Assert.InRange(least, long.MinValue, Attempts * Megabyte);
    }

    [Theory]
    [InlineData("an endless body"), InlineData("an endless body in chunks"), InlineData("a gzip bomb"), InlineData("a deflate bomb"), InlineData("a brotli bomb"), InlineData("a brotli bomb in gzip")]
    public async Task Of_what_is_too_long_the_beginning_is_kept(string manner)
    {
        await using var tracker = new RawTracker((stream, _, ct) => MisbehaveAsync(manner, stream, ct), closes: true);
        using var client = RawTracker.Client();

        var answer = await client.SendAsync(RawTracker.Get(tracker.Url));

        Assert.Null(answer.Error);
        Assert.Equal((200, 16 * 1024), (answer.HttpStatus, answer.Body!.Length));
    }

    private static Task<TrackerAnswer[]> TogetherAsync(TrackerClient client, RawTracker tracker) =>
        Task.WhenAll(Enumerable.Range(0, Attempts).Select(_ => client.SendAsync(RawTracker.Get(tracker.Url))));

    private static async Task MisbehaveAsync(string manner, NetworkStream stream, CancellationToken ct)
    {
        var (head, again, pause) = manner switch
        {
            "an endless body" => ("HTTP/1.1 200 OK\r\n\r\n", Block, 0),
            "an endless body in chunks" => ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", [.. "10000\r\n"u8, .. Block, .. "\r\n"u8], 0),
            "endless chunk extensions" => ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;", Block, 0),
            "an endless trailer" => ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "X-Trailer: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n"u8.ToArray(), 0),
            "one byte a second" => ("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", "x"u8.ToArray(), 1),
            "one byte of the head a second" => ("HTTP/1.1 200 OK\r\nX-Long: ", "x"u8.ToArray(), 1),
            "endless headers" => ("HTTP/1.1 200 OK\r\n", "X-Header: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n"u8.ToArray(), 0),
            "one endless header" => ("HTTP/1.1 200 OK\r\nX-Header: ", Block, 0),
            "an endless status line" => ("HTTP/1.1 200 ", Block, 0),
            "endless interim answers" => ("", "HTTP/1.1 103 Early Hints\r\nLink: xxxxxxxxxxxxxxxx\r\n\r\n"u8.ToArray(), 0),
            "an endless switched protocol" => ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n", Block, 0),
            "a gzip bomb" => (Packed("gzip"), Bombs.Gzip, 0),
            "a gzip bomb in gzip" => (Packed("gzip, gzip"), Bombs.GzipInGzip, 0),
            "a deflate bomb" => (Packed("deflate"), Bombs.Deflate, 0),
            "a brotli bomb" => (Packed("br"), Bombs.Brotli, 0),
            "a brotli bomb in gzip" => (Packed("br, gzip"), Bombs.BrotliInGzip, 0),
            // The file name in a gzip header ends with a NUL.
            "an endless gzip header" => (Packed("gzip") + "\x1f\u008b\b\b\0\0\0\0\0\x03", Block, 0),
            // A window of 16 MB and an empty block of metadata; then 64 KB ones. They unpack to nothing (RFC 7932, 9.2).
            "an endless brotli comment" => (Packed("br") + "\x6f\0", [0x26, 0xff, 0x3f, .. Block.AsSpan(3)], 0),
            _ => ("", Array.Empty<byte>(), 1),
        };
        await stream.WriteAsync(Encoding.Latin1.GetBytes(head), ct);
        for (; ; await Task.Delay(TimeSpan.FromSeconds(pause), TimeProvider.System, ct))
            await stream.WriteAsync(again, ct);
    }

    private static string Packed(string coding) => $"HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\n\r\n";

    /// <summary>How far the process's memory, managed and not, has risen above where it was.</summary>
    private sealed class MemoryWatch : IDisposable
    {
        private readonly CancellationTokenSource ending = new();
        private readonly Thread thread;
        private readonly (long Managed, long All) before;
        private (long Managed, long All) peak;

        public MemoryWatch()
        {
            GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
            before = peak = Now();
            thread = new Thread(() =>
            {
                while (!ending.Token.WaitHandle.WaitOne(1))
                    peak = Now() is var now ? (Math.Max(peak.Managed, now.Managed), Math.Max(peak.All, now.All)) : peak;
            });
            thread.Start();
        }

        public long Highest()
        {
            Dispose();
            return Math.Max(peak.Managed - before.Managed, peak.All - before.All);
        }

        public void Dispose()
        {
            ending.Cancel();
            thread.Join();
        }

        private static (long Managed, long All) Now() => (GC.GetTotalMemory(false), Environment.WorkingSet);
    }

    /// <summary>64 MB of nothing, packed in every way.</summary>
    private static class Bombs
    {
        public static readonly byte[] Gzip = Pack(packed => new GZipStream(packed, CompressionLevel.Optimal), Nothing);
        public static readonly byte[] GzipInGzip = Pack(packed => new GZipStream(packed, CompressionLevel.Optimal), stream => stream.Write(Gzip));
        public static readonly byte[] Deflate = Pack(packed => new ZLibStream(packed, CompressionLevel.Optimal), Nothing);
        public static readonly byte[] Brotli = OfBrotli();
        public static readonly byte[] BrotliInGzip = Pack(packed => new GZipStream(packed, CompressionLevel.Optimal), stream => stream.Write(Brotli));

        private static void Nothing(Stream stream)
        {
            for (var i = 0; i < 1024; i++)
                stream.Write(new byte[64 * 1024]);
        }

        private static byte[] OfBrotli()
        {
            var packed = new byte[1024];
            Assert.True(BrotliEncoder.TryCompress(new byte[64 * Megabyte], packed, out var length, quality: 5, window: 24));
            return packed[..length];
        }

        private static byte[] Pack(Func<Stream, Stream> packing, Action<Stream> write)
        {
            using var packed = new MemoryStream();
            using (var stream = packing(packed))
                write(stream);
            return packed.ToArray();
        }
    }
}
