using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using LeadRelay.PostbackDispatcher;
using Microsoft.Extensions.Logging.Abstractions;

namespace LeadRelay.Tests.Rules.PostbackDispatcher;

/// <summary>A server on loopback that answers each request with the bytes it was given, or misbehaves as it was told to.</summary>
public sealed class RawTracker : IAsyncDisposable
{
    public const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK";

    private readonly TcpListener listener;
    private readonly CancellationTokenSource ending = new();
    private readonly ConcurrentBag<Task> talks = [];
    private readonly Task accepting;
    private readonly bool closes;
    private int connections;

    public RawTracker(Func<NetworkStream, string, CancellationToken, Task> answer, IPAddress? address = null, int port = 0, bool closes = false)
    {
        this.closes = closes;
        listener = new TcpListener(address ?? IPAddress.Loopback, port);
        listener.Start(backlog: 512);
        Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        accepting = AcceptAsync(answer);
    }

    /// <param name="closes">The connection ends with the answer.</param>
    public RawTracker(string answer = Ok, IPAddress? address = null, int port = 0, bool closes = false)
        : this((stream, _, ct) => stream.WriteAsync(Encoding.Latin1.GetBytes(answer), ct).AsTask(), address, port, closes)
    {
    }

    public int Port { get; }

    public IPAddress Address => ((IPEndPoint)listener.LocalEndpoint).Address;

    public string Url => $"http://127.0.0.1:{Port}/postback";

    public int Connections => Volatile.Read(ref connections);

    /// <summary>As they came, head and body.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    /// <summary>The plain request: everything is in the URL.</summary>
    public static PostbackRequest Get(string url) => new("GET", url, new Dictionary<string, string>(), null, null);

    /// <summary>A client that may call loopback.</summary>
    public static TrackerClient Client(TimeSpan? limit = null, TimeProvider? time = null) =>
        new(new GuardedConnect(() => Networks.Parse("Postbacks__AllowNetworks", "127.0.0.0/8,::1"), NullLogger<GuardedConnect>.Instance), time ?? TimeProvider.System, limit);

    /// <summary>Connections so far. One more is made and waited for: whoever came before it has been counted by then.</summary>
    public async Task<int> CountConnectionsAsync()
    {
        using var last = new TcpClient(((IPEndPoint)listener.LocalEndpoint).AddressFamily);
        await last.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        var stream = last.GetStream();
        last.Client.Shutdown(SocketShutdown.Send);
        while (await stream.ReadAsync(new byte[1]) > 0) { }
        return Connections - 1;
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await accepting;
        listener.Dispose();
        await Task.WhenAll(talks);
        ending.Dispose();
    }

    private async Task AcceptAsync(Func<NetworkStream, string, CancellationToken, Task> answer)
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync(ending.Token);
                Interlocked.Increment(ref connections);
                talks.Add(TalkAsync(client, answer));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException) { }
    }

    private async Task TalkAsync(TcpClient client, Func<NetworkStream, string, CancellationToken, Task> answer)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                while (await RequestAsync(stream, ending.Token) is { } request)
                {
                    Requests.Enqueue(request);
                    await answer(stream, request, ending.Token);
                    if (closes)
                        return;
                }
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or SocketException or ObjectDisposedException) { }
        }
    }

    private static async Task<string?> RequestAsync(NetworkStream stream, CancellationToken ct)
    {
        var bytes = new List<byte>();
        var one = new byte[1];
        while (true)
        {
            if (await stream.ReadAsync(one, ct) is 0)
                return null;
            bytes.Add(one[0]);
            var text = one[0] is (byte)'\n' || bytes.Count > 4096 ? Encoding.Latin1.GetString([.. bytes]) : "";
            if (!text.EndsWith("\r\n\r\n", StringComparison.Ordinal))
                continue;
            var length = text.Split("\r\n").FirstOrDefault(line => line.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase));
            var body = new byte[length is null ? 0 : int.Parse(length[16..], System.Globalization.CultureInfo.InvariantCulture)];
            await stream.ReadExactlyAsync(body, ct);
            return text + Encoding.UTF8.GetString(body);
        }
    }
}
