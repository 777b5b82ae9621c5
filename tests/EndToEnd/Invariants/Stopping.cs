using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;

namespace LeadRelay.Tests.EndToEnd.Invariants;

/// <summary>A stop ends within 25 s, whatever hangs, and loses nothing.</summary>
public sealed class Stopping(Xunit.Abstractions.ITestOutputHelper output)
{
    /// <summary>The promise itself.</summary>
    private static readonly TimeSpan Promise = TimeSpan.FromSeconds(25);

    private static readonly string[] Services = ["Intake", "CrmWriter", "WebhookReceiver", "PostbackDispatcher", "AuditStore"];

    /// <summary>All at once; in <c>./test long</c> also one after the other, three times round.</summary>
    [Fact]
    public async Task Under_load_every_service_is_stopped_and_every_accepted_lead_has_one_order_and_its_postbacks()
    {
        await using var relay = await Relay.StartAsync(new RelayOptions { Shape = RelayShape.Processes, Node = await RabbitNode.SharedAsync(), Configure = Samples.NoRateLimit });
        await relay.FaultAsync(new { target = "crm", kind = "delay", delay_ms = 300 });
        using var stop = new CancellationTokenSource();
        var accepted = new ConcurrentBag<string>();
        var load = Enumerable.Range(1, 4).Select(worker => Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                await Task.Delay(40);
                try
                {
                    var (status, answer) = await relay.SubmitAsync(new { phone = $"+49151{worker}{i:D7}", click_id = $"stop-{worker}-{i}" });
                    if ((int)status is >= 200 and < 300)
                        accepted.Add(answer.At("lead_id")!);
                }
                catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException) { } // nobody listens just now: no answer, no promise
            }
        })).ToArray();

        async Task AgainAsync(params string[] services)
        {
            var before = accepted.Count;
            await relay.Eventually("leads were accepted before", () => Task.FromResult(accepted.Count), count => count > before + 5);
            await Task.WhenAll(services.Select(async service =>
            {
                await StopAsync(relay, service);
                await relay.StartServiceAsync(service);
            }));
        }
        await AgainAsync(Services);
        for (var round = 0; TestRun.IsLong && round < 3; round++)
        {
            foreach (var service in Services)
                await AgainAsync(service);
        }
        await stop.CancelAsync();
        await Task.WhenAll(load);

        await AllDoneAsync(relay, accepted);
        await relay.Eventually("every postback is delivered", () => Task.FromResult(Stored.Count(Path.Combine(relay.DataFolder, "postbacks.db"), "deliveries WHERE state <> 'Delivered'")), open => open is 0);
        Assert.Equal(0, Stored.Count(Path.Combine(relay.DataFolder, "audit.db"), "messages WHERE kind = 'OrderInDoubt'"));
    }

    [Fact]
    public async Task What_hangs_at_the_CRM_and_a_tracker_does_not_hold_the_process_and_a_call_that_ends_is_written_down()
    {
        await using var relay = await Relay.StartAsync(new RelayOptions { Node = await RabbitNode.SharedAsync() });
        await relay.FaultAsync(new { target = "crm", kind = "hang_after", delay_ms = 6_000, times = 1 });
        await relay.FaultAsync(new { target = "tracker", kind = "delay", delay_ms = 60_000 });
        var waiting = relay.SubmitAsync(new { phone = "+4915123456789", click_id = "hangs" }, headers: ("Prefer", "wait=30"));
        await relay.Eventually("SalesRender has the order", async () => (await relay.LedgerAsync()).GetProperty("orders_per_lead").EnumerateObject().Any());

        await StopAsync(relay, "Standalone");

        // It was answered, with what was known, or with what came of it meanwhile.
        Assert.InRange((int)(await waiting).Status, 201, 202);
        Assert.Equal(1, Stored.Count(Path.Combine(relay.DataFolder, "crm.db"), "work WHERE state = 'Done'"));
    }

    [Theory]
    [Trait("Takes", "Long")]
    [InlineData("Standalone")]
    [InlineData("Intake")]
    [InlineData("CrmWriter")]
    [InlineData("WebhookReceiver")]
    [InlineData("PostbackDispatcher")]
    [InlineData("AuditStore")]
    public async Task With_a_broker_that_hangs_or_is_gone_the_process_ends(string service)
    {
        await using var node = new RabbitNode();
        await node.StartAsync();
        await using var relay = await Relay.StartAsync(new RelayOptions { Shape = service is "Standalone" ? RelayShape.Standalone : RelayShape.Processes, Node = node });
        await relay.OrderAsync("demo", "before");
        await Task.Delay(RabbitNode.QueueSettles);

        node.Pause();
        var leads = Enumerable.Range(0, 5).Select(i => TryAsync(relay, i)).ToArray();
        await StopAsync(relay, service);
        node.Resume();
        await Task.WhenAll(leads);
        await relay.StartServiceAsync(service);

        node.Kill();
        leads = [.. leads, .. Enumerable.Range(5, 5).Select(i => TryAsync(relay, i))];
        await StopAsync(relay, service);
        await Task.WhenAll(leads);
        await node.RestartAsync();
        await relay.StartServiceAsync(service);

        await AllDoneAsync(relay, [.. leads.Select(lead => lead.Result).OfType<string>()]);
    }

    [Theory]
    [Trait("Takes", "Long")]
    [InlineData(RelayShape.Standalone)]
    [InlineData(RelayShape.Processes)]
    public async Task With_stores_that_are_locked_the_process_ends_and_nothing_is_moved_to_an_error_queue(RelayShape shape)
    {
        await using var relay = await Relay.StartAsync(new RelayOptions { Shape = shape, Node = await RabbitNode.SharedAsync() });
        await relay.OrderAsync("demo", "before");
        var locks = new[] { "crm.db", "postbacks.db", "audit.db" }.Select(file => Stored.Lock(Path.Combine(relay.DataFolder, file))).ToArray();
        var leads = Enumerable.Range(0, 10).Select(i => TryAsync(relay, i)).ToArray();
        await Task.WhenAll(leads);
        string[] stopped = shape is RelayShape.Standalone ? ["Standalone"] : ["CrmWriter", "PostbackDispatcher", "AuditStore"];

        await Task.WhenAll(stopped.Select(service => StopAsync(relay, service)));
        foreach (var held in locks)
            await held.DisposeAsync();
        foreach (var service in stopped)
            await relay.StartServiceAsync(service);

        await AllDoneAsync(relay, [.. leads.Select(lead => lead.Result).OfType<string>()]);
        Assert.DoesNotContain(await relay.Node!.QueuesAsync(relay.BrokerUrl!), queue => queue.Key.EndsWith("_error", StringComparison.Ordinal) && queue.Value.Messages > 0);
    }

    [Fact]
    [Trait("Takes", "Long")]
    public async Task A_call_that_takes_as_long_as_a_call_may_is_waited_for_and_is_no_doubt()
    {
        await using var relay = await Relay.StartAsync(new RelayOptions { Shape = RelayShape.Processes, Node = await RabbitNode.SharedAsync() });
        await relay.FaultAsync(new { target = "crm", kind = "hang_after", delay_ms = 18_000, times = 1 });
        var (_, lead) = await relay.SubmitAsync(new { phone = "+4915123456789", click_id = "long" }, headers: ("Prefer", "respond-async"));
        await relay.Eventually("SalesRender has the order", async () => (await relay.LedgerAsync()).GetProperty("orders_per_lead").EnumerateObject().Any());

        await StopAsync(relay, "CrmWriter");

        Assert.Equal(1, Stored.Count(Path.Combine(relay.DataFolder, "crm.db"), "work WHERE state = 'Done'"));
        await relay.StartServiceAsync("CrmWriter");
        await AllDoneAsync(relay, [lead.At("lead_id")!]);
        Assert.Equal(0, Stored.Count(Path.Combine(relay.DataFolder, "audit.db"), "messages WHERE kind = 'OrderInDoubt'"));
    }

    [Fact]
    [Trait("Takes", "Long")]
    public async Task A_second_signal_ends_it_at_once()
    {
        await using var relay = await Relay.StartAsync();
        await relay.FaultAsync(new { target = "crm", kind = "hang_after", delay_ms = 60_000 });
        await relay.SubmitAsync(new { phone = "+4915123456789", click_id = "twice" }, headers: ("Prefer", "respond-async"));
        await relay.Eventually("SalesRender has the order", async () => (await relay.LedgerAsync()).GetProperty("orders_per_lead").EnumerateObject().Any());
        var process = relay.Process("Standalone");

        TestRun.Signal(process.Id, 15);
        await Task.Delay(TimeSpan.FromSeconds(3));
        Assert.False(process.HasExited);
        TestRun.Signal(process.Id, 15);

        Assert.Equal(128 + 15, await process.StopAsync(TimeSpan.FromSeconds(10)));
    }

    /// <summary>SIGTERM; it must end by itself, in time, with 0.</summary>
    private async Task StopAsync(Relay relay, string service)
    {
        var began = Stopwatch.GetTimestamp();
        Assert.Equal(0, await relay.Process(service).StopAsync(Promise));
        output.WriteLine($"{service} ended after {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s");
    }

    /// <summary>The lead's id, if it was accepted.</summary>
    private static async Task<string?> TryAsync(Relay relay, int number)
    {
        try
        {
            var (status, answer) = await relay.SubmitAsync(new { phone = $"+4915123456{number:D3}", click_id = $"stopping-{number}" });
            return status is HttpStatusCode.Created or HttpStatusCode.Accepted ? answer.At("lead_id") : null;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            return null;
        }
    }

    private static async Task AllDoneAsync(Relay relay, IReadOnlyCollection<string> leads)
    {
        await relay.Eventually("every accepted lead has its order",
            () => Task.FromResult(leads.Except(Stored.Read(Path.Combine(relay.DataFolder, "crm.db"), "SELECT id FROM work WHERE state = 'Done'")).ToArray()), missing => missing.Length is 0, TimeSpan.FromMinutes(2));
        await relay.Eventually("and all of it is in the audit",
            () => Task.FromResult(leads.Except(Stored.Read(Path.Combine(relay.DataFolder, "audit.db"), "SELECT lead_id FROM messages WHERE kind = 'OrderCreated'")).ToArray()), missing => missing.Length is 0, TimeSpan.FromMinutes(2));
        Assert.All((await relay.LedgerAsync()).GetProperty("orders_per_lead").EnumerateObject(), order => Assert.Equal(1, order.Value.GetInt32()));
    }
}
