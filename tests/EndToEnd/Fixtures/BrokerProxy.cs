using System.Net;
using System.Net.Sockets;
using System.Text;

namespace LeadRelay.Tests.EndToEnd;

/// <summary>Stands between a service and a broker, and can tell the service's connections by their names.</summary>
public sealed class BrokerProxy : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, TestRun.FreePort());
    private readonly List<TcpClient> clients = [];
    private readonly Uri broker;
    private readonly Task accepting;
    private volatile string? only;

    public BrokerProxy(Uri broker)
    {
        this.broker = broker;
        listener.Start();
        accepting = AcceptAsync();
    }

    public Uri Address => new UriBuilder(broker) { Port = ((IPEndPoint)listener.LocalEndpoint).Port }.Uri;

    /// <summary>Closes what there is, and from now on lets only connections of this name through; null for all.</summary>
    public void LetThrough(string? name)
    {
        only = name;
        Close();
    }

    public async ValueTask DisposeAsync()
    {
        listener.Stop();
        Close();
        await accepting;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = RelayAsync(await listener.AcceptTcpClientAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException) { } // it was stopped
    }

    private async Task RelayAsync(TcpClient client)
    {
        using var upstream = new TcpClient();
        try
        {
            lock (clients)
                clients.AddRange([client, upstream]);
            await upstream.ConnectAsync(broker.Host, broker.Port);
            await Task.WhenAny(upstream.GetStream().CopyToAsync(client.GetStream()), SendAsync(client.GetStream(), upstream.GetStream()));
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or InvalidOperationException) { } // one side is gone, so is the other
        finally { client.Dispose(); }
    }

    /// <summary>The second thing that a client says, after the protocol's header, has its connection's name.</summary>
    private async Task SendAsync(NetworkStream client, NetworkStream upstream)
    {
        var buffer = new byte[16 * 1024];
        for (var said = 0; await client.ReadAsync(buffer) is > 0 and var count; said++)
        {
            if (said is 1 && only is { } name && !Encoding.Latin1.GetString(buffer, 0, count).Contains(name, StringComparison.Ordinal))
                return;
            await upstream.WriteAsync(buffer.AsMemory(0, count));
        }
    }

    private void Close()
    {
        lock (clients)
        {
            clients.ForEach(client => client.Dispose());
            clients.Clear();
        }
    }
}
