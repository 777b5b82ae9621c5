using System.Net;
using System.Net.Sockets;
using LeadRelay.Persistence.MongoDb;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging.Abstractions;
using MongoDB.Driver;

namespace LeadRelay.Tests.Rules.Persistence;

/// <summary>A server that cannot be reached is waited for in place, and the health check says so meanwhile.</summary>
public sealed class MongoOutageTests() : StoreContract(new MongoUnderTest())
{
    private int port;

    [Fact]
    public async Task Calls_wait_while_the_server_cannot_be_reached_and_count_when_it_can()
    {
        using var store = Unreachable();
        var (ledger, id) = (new MongoPostbackLedger(store), Builders.NewId());
        var (write, read) = (ledger.ForgetAsync(id, [Builders.Event()], None), ledger.KnowsAsync(id, None));
        await UnhealthyAsync(store);
        Assert.False(write.IsCompleted || read.IsCompleted);

        using var end = new CancellationTokenSource();
        var open = OpenDoorAsync(end.Token);
        await write;
        Assert.False(await read);
        Assert.Equal(HealthStatus.Healthy, (await store.CheckHealthAsync(new HealthCheckContext(), None)).Status);
        Assert.Single(await Store.Postbacks().LeftOverAsync(TimeSpan.Zero, 10, None));
        await end.CancelAsync();
        await open;
    }

    [Fact]
    public async Task Who_does_not_want_to_wait_any_more_leaves()
    {
        using var store = Unreachable();
        using var cancel = new CancellationTokenSource();
        var ledger = new MongoPostbackLedger(store);
        var (write, read) = (ledger.ForgetAsync(Builders.NewId(), [], cancel.Token), ledger.KnowsAsync(Builders.NewId(), cancel.Token));
        await UnhealthyAsync(store);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => write);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
    }

    /// <summary>A store on the test's database, through a door that is shut.</summary>
    private MongoStore Unreachable()
    {
        using (var door = new TcpListener(IPAddress.Loopback, 0))
        {
            door.Start();
            port = ((IPEndPoint)door.LocalEndpoint).Port;
        }
        var through = new MongoUrlBuilder(((MongoUnderTest)Store).Url) { Server = new MongoServerAddress("127.0.0.1", port), DirectConnection = true };
        return new MongoStore(through.ToMongoUrl().Url, MongoPostbackLedger.Collections, TimeProvider.System, NullLogger.Instance);
    }

    /// <summary>Opens it: whoever connects is connected with the server.</summary>
    private async Task OpenDoorAsync(CancellationToken end)
    {
        using var door = new TcpListener(IPAddress.Loopback, port);
        door.Start();
        List<Task> open = [];
        try
        {
            while (true)
                open.Add(ForwardAsync(await door.AcceptTcpClientAsync(end), end));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(open);
        }
    }

    private async Task ForwardAsync(TcpClient client, CancellationToken end)
    {
        var address = new MongoUrl(((MongoUnderTest)Store).Url).Servers.First();
        using (client)
        using (var server = new TcpClient())
        {
            await server.ConnectAsync(address.Host, address.Port, CancellationToken.None);
            try
            {
                await Task.WhenAny(client.GetStream().CopyToAsync(server.GetStream(), end), server.GetStream().CopyToAsync(client.GetStream(), end));
            }
            catch (OperationCanceledException) { }
        }
    }

    private static async Task UnhealthyAsync(MongoStore store)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        HealthCheckResult result;
        while ((result = await store.CheckHealthAsync(new HealthCheckContext(), limit.Token)).Status is HealthStatus.Healthy)
            await Task.Delay(10, limit.Token);
        Assert.StartsWith("The store cannot be used: no MongoDB server that can be written to answers.", result.Description);
        Assert.DoesNotContain("127.0.0.1", result.Description);
    }
}
