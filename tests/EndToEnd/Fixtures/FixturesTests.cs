using System.Diagnostics;
using System.Text;
using RabbitMQ.Client;

namespace LeadRelay.Tests.EndToEnd;

/// <summary>That the ground the other tests stand on carries.</summary>
public sealed class FixturesTests
{
    private static readonly Uri Nowhere = new("http://127.0.0.1/");
    private static readonly bool OwnBroker = Environment.GetEnvironmentVariable("TEST_BROKER_URL") is null or "";

    [Fact]
    public async Task A_virtual_host_is_its_users_own_and_its_queues_are_counted()
    {
        var node = await RabbitNode.SharedAsync();
        var virtualHost = await node.NewVirtualHostAsync();
        Assert.NotEqual(virtualHost, await node.NewVirtualHostAsync());
        Assert.Empty(await node.QueuesAsync(virtualHost));

        await using (var connection = await new ConnectionFactory { Uri = virtualHost }.CreateConnectionAsync())
        {
            await PublishAsync(connection, "work", "one", "two");
            await UntilAsync(async () => (await node.QueuesAsync(virtualHost)).TryGetValue("work", out var work) && work is { Messages: 2, Ready: 2, Consumers: 0 });

            var closed = new TaskCompletionSource();
            connection.ConnectionShutdownAsync += (_, _) => Task.FromResult(closed.TrySetResult());
            await UntilAsync(async () => await node.CloseConnectionsAsync(virtualHost) > 0);
            await closed.Task.WaitAsync(TimeSpan.FromSeconds(10));
        }

        await node.DropVirtualHostAsync(virtualHost);
        await Assert.ThrowsAsync<HttpRequestException>(() => node.QueuesAsync(virtualHost));
    }

    [Fact]
    [Trait("Takes", "Long")]
    public async Task A_killed_node_comes_back_with_what_was_confirmed_and_leaves_nothing_behind()
    {
        if (!OwnBroker)
            return;
        int port;
        await using (var node = new RabbitNode())
        {
            await node.StartAsync();
            port = node.Address.Port;
            Assert.False(TestRun.IsFree(port));
            var virtualHost = await node.NewVirtualHostAsync();
            await using (var connection = await new ConnectionFactory { Uri = virtualHost, AutomaticRecoveryEnabled = false }.CreateConnectionAsync())
                await PublishAsync(connection, "kept", "still here");
            await Task.Delay(RabbitNode.QueueSettles);

            node.Kill();
            Assert.True(TestRun.IsFree(port));
            await node.RestartAsync();

            Assert.Equal(port, node.Address.Port);
            await using var again = await new ConnectionFactory { Uri = virtualHost }.CreateConnectionAsync();
            await using var channel = await again.CreateChannelAsync();
            var message = await channel.BasicGetAsync("kept", autoAck: true);
            Assert.Equal("still here", Encoding.UTF8.GetString(message!.Body.Span));
        }
        Assert.True(TestRun.IsFree(port));
        Assert.DoesNotContain(TestRun.OwnProcesses(), process => process.Contains($"leadrelay{port}@localhost", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_service_that_ends_before_it_is_ready_is_reported_at_once_with_its_words()
    {
        // Ports__Bind has to be an address.
        await using var service = ServiceProcess.Start("Intake", new Dictionary<string, string> { ["Ports__Bind"] = "nowhere" });
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => service.WaitReadyAsync(new Uri($"http://127.0.0.1:{TestRun.FreePort()}/")));
        Assert.StartsWith("Intake ended with ", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Exception", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public Task A_relay_in_memory_starts_stops_and_leaves_nothing_behind() => StartsStopsAndLeavesNothing<InMemory>();

    [Fact]
    [Trait("Takes", "Long")]
    public Task A_relay_on_RabbitMQ_starts_stops_and_leaves_nothing_behind() => StartsStopsAndLeavesNothing<OnRabbitMq>();

    [Fact]
    public Task The_browser_and_what_drives_it_have_the_runs_mark_so_that_they_end_with_it() => Browser.VisitAsync(Nowhere, _ =>
    {
        var processes = TestRun.OwnProcesses();
        Assert.Contains(processes, process => process.Contains("/.playwright/package/cli.js", StringComparison.Ordinal));
        // Of its further processes most overwrite their environment; they end with this one.
        Assert.Contains(processes, process => process.Contains("--remote-debugging-pipe", StringComparison.Ordinal));
        return Task.CompletedTask;
    });

    [Theory]
    [InlineData("<img src='https://example.com/logo.png'>", "request to elsewhere: https://example.com/logo.png")]
    [InlineData("<img src='http://192.0.2.1/logo.png'>", "request to elsewhere: http://192.0.2.1/logo.png")]
    [InlineData("<script>console.error('said')</script>", "console error: said")]
    [InlineData("<script>throw new Error('thrown')</script>", "uncaught: Error: thrown")]
    public async Task What_a_browser_finds_wrong_fails_the_visit(string page, string finding)
    {
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => Browser.VisitAsync(Nowhere, window => window.Page.SetContentAsync(page), scripts: true));
        Assert.Contains(finding, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public Task A_page_does_not_run_scripts_unless_the_visit_says_so() =>
        Browser.VisitAsync(Nowhere, window => window.Page.SetContentAsync("<script>throw new Error('thrown')</script>"));

    private static async Task StartsStopsAndLeavesNothing<TKind>()
        where TKind : IRelayKind
    {
        string data;
        await using (var relay = await TKind.StartAsync())
        {
            data = relay.DataFolder;
            foreach (var service in RelayOptions.AllServices)
                Assert.True((await relay.Client(service).GetAsync(new Uri("/health/ready", UriKind.Relative))).IsSuccessStatusCode, service);

            Assert.Equal(0, await relay.StopAsync("Intake"));
            await relay.StartServiceAsync("Intake");
            relay.Kill("CrmWriter");
            await relay.StartServiceAsync("CrmWriter");
        }
        Assert.False(Directory.Exists(data));
        Assert.DoesNotContain(TestRun.OwnProcesses(), process => process.Contains(Path.GetDirectoryName(data)!, StringComparison.Ordinal));
    }

    private static async Task PublishAsync(IConnection connection, string queue, params string[] bodies)
    {
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-queue-type"] = "quorum" });
        foreach (var body in bodies)
            await channel.BasicPublishAsync("", queue, mandatory: true, new BasicProperties { Persistent = true }, Encoding.UTF8.GetBytes(body));
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await holds())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(15), "Waited 15 s in vain.");
            await Task.Delay(50);
        }
    }
}
