using System.Net;
using LeadRelay.Contracts;
using LeadRelay.Persistence.Spool;
using LeadRelay.Tests.Rules.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LeadRelay.Tests.Rules.Health;

/// <summary>What <c>/health/ready</c> says of each part that can fail, and that <c>/health/live</c> is 200 meanwhile.</summary>
public sealed class ReadyTests
{
    [Theory]
    [InlineData("Intake", "broker configuration spool-intake")]
    [InlineData("WebhookReceiver", "broker configuration spool-webhooks webhook-secrets")]
    [InlineData("CrmWriter", "broker configuration crm-tokens crm.db")]
    [InlineData("PostbackDispatcher", "broker configuration postback-secrets postbacks.db")]
    [InlineData("AuditStore", "audit.db broker configuration")]
    [InlineData("Standalone", "audit.db broker configuration crm-tokens crm.db postback-secrets postbacks.db spool-intake spool-webhooks webhook-secrets")]
    public async Task Every_part_that_can_fail_is_named_and_well(string service, string parts)
    {
        await using var running = await RunningService.StartAsync(service);
        await running.UntilAsync("broker", "Healthy");

        var (status, body) = await running.ReadyAsync();

        Assert.Equal((HttpStatusCode.OK, "Healthy"), (status, body.GetProperty("status").GetString()));
        Assert.Equal(parts, string.Join(' ', body.GetProperty("checks").EnumerateObject().Select(part => part.Name).Order(StringComparer.Ordinal)));
    }

    [Theory]
    [InlineData("Intake", false, HttpStatusCode.ServiceUnavailable)]
    [InlineData("Intake", true, HttpStatusCode.OK)]
    [InlineData("WebhookReceiver", false, HttpStatusCode.ServiceUnavailable)]
    [InlineData("WebhookReceiver", true, HttpStatusCode.OK)]
    [InlineData("CrmWriter", true, HttpStatusCode.ServiceUnavailable)]
    [InlineData("PostbackDispatcher", true, HttpStatusCode.ServiceUnavailable)]
    [InlineData("AuditStore", true, HttpStatusCode.ServiceUnavailable)]
    public async Task Without_the_broker_only_a_door_with_a_spool_is_to_be_sent_work(string service, bool withSpool, HttpStatusCode expected)
    {
        await using var running = await RunningService.StartAsync(service, RunningService.NoBroker, withSpool);
        var failed = expected is HttpStatusCode.OK ? "Degraded" : "Unhealthy";

        await running.UntilAsync("topology", failed);
        var (status, text, whole) = await running.UntilAsync("broker", failed);

        Assert.Equal(expected, status);
        Assert.Contains("Broker__Url", text, StringComparison.Ordinal);
        Assert.DoesNotContain("broker-", whole, StringComparison.Ordinal);
        Assert.DoesNotContain("127.0.0.1", whole, StringComparison.Ordinal);
        await LiveAsync(running);
    }

    [Theory]
    [InlineData("CrmWriter", "crm.db")]
    [InlineData("PostbackDispatcher", "postbacks.db")]
    [InlineData("AuditStore", "audit.db")]
    public async Task A_store_that_cannot_be_written_is_named_until_it_can_though_nobody_uses_it(string service, string file)
    {
        await using var running = await RunningService.StartAsync(service);
        await running.UntilAsync(file, "Healthy");

        using (RunningService.Lock(Path.Combine(running.Folder, "data", file)))
        {
            var (status, text, whole) = await running.UntilAsync(file, "Unhealthy");
            Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
            Assert.Contains("Store__Url", text, StringComparison.Ordinal);
            Assert.DoesNotContain(running.Folder, whole, StringComparison.Ordinal);
            await LiveAsync(running);
        }

        Assert.Equal(HttpStatusCode.OK, (await running.UntilAsync(file, "Healthy")).Status);
    }

    [Fact]
    public async Task A_store_in_a_folder_that_cannot_be_had_is_named_without_the_folder()
    {
        await using var running = await RunningService.StartAsync("CrmWriter", builder =>
        {
            File.WriteAllText(Path.Combine(Path.GetDirectoryName(builder.Configuration["Spool:Path"])!, "data"), "no folder");
        });

        var (status, _, whole) = await running.UntilAsync("crm.db", "Unhealthy");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.DoesNotContain(running.Folder, whole, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_spool_that_cannot_be_written_matters_when_the_broker_is_away()
    {
        await using (var with = await RunningService.StartAsync("Intake"))
        using (RunningService.Lock(Directory.GetFiles($"{with.Folder}/spool", "spool.db", SearchOption.AllDirectories).Single()))
            Assert.Equal(HttpStatusCode.OK, (await with.UntilAsync("spool-intake", "Degraded")).Status);

        await using var without = await RunningService.StartAsync("Intake", RunningService.NoBroker, withSpool: true);
        using (RunningService.Lock(Directory.GetFiles($"{without.Folder}/spool", "spool.db", SearchOption.AllDirectories).Single()))
        {
            var (status, text, whole) = await without.UntilAsync("spool-intake", "Unhealthy");
            Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
            Assert.Contains("Spool__Path", text, StringComparison.Ordinal);
            Assert.DoesNotContain(without.Folder, whole, StringComparison.Ordinal);
            await LiveAsync(without);
        }
        await without.UntilAsync("spool-intake", "Healthy");
    }

    [Fact]
    public async Task A_full_spool_is_named_and_so_is_what_waits_in_one()
    {
        await using var running = await RunningService.StartAsync("Intake", RunningService.NoBroker, withSpool: true, builder => builder.Configuration["Spool:MaxBytes"] = "2000");
        var edge = running.App.Services.GetRequiredKeyedService<Edge>("intake");

        Assert.Equal(Kept.Spooled, await edge.KeepAsync(Refusal(100), Guid.CreateVersion7()));
        var (status, waits, _) = await running.UntilAsync("spool-intake", "Degraded");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.StartsWith("1 messages wait for the broker", waits, StringComparison.Ordinal);

        Assert.Equal(Kept.Unknown, await edge.KeepAsync(Refusal(2000), Guid.CreateVersion7()));
        var (refused, full, _) = await running.UntilAsync("spool-intake", "Unhealthy");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused);
        Assert.Contains("Spool__MaxBytes", full, StringComparison.Ordinal);

        static LeadRefused Refusal(int length) =>
            new(new Subject(Campaign: "demo"), 422, "code", new string('x', length), null, new RawPayload("POST", "", ""), TimeProvider.System.GetUtcNow(), null);
    }

    [Fact]
    public async Task A_bad_change_of_the_configuration_is_told_and_the_last_good_one_stays()
    {
        await using var running = await RunningService.StartAsync("Intake");
        await running.UntilAsync("configuration", "Healthy");
        running.Config.Set(ConfigFolder.Campaign, "country", "\"a-value-nobody-is-to-read\"");

        var (status, text, whole) = await running.UntilAsync("configuration", "Degraded");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("./relayctl config check", text, StringComparison.Ordinal);
        Assert.DoesNotContain("a-value-nobody", whole, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("WebhookReceiver", "webhook-secrets", ConfigFolder.Connection, "webhook/secrets", """["env:NOBODY_HAS_SET_THIS"]""")]
    [InlineData("CrmWriter", "crm-tokens", ConfigFolder.Connection, "token", "\"env:NOBODY_HAS_SET_THIS\"")]
    [InlineData("CrmWriter", "crm-tokens", ConfigFolder.Campaign, "token", "\"env:NOBODY_HAS_SET_THIS\"")]
    [InlineData("PostbackDispatcher", "postback-secrets", ConfigFolder.Campaign, "postbacks/approve", "\"https://tracker.example/p?click={click_id}&key={env:NOBODY_HAS_SET_THIS}\"")]
    public async Task A_secret_that_is_missing_is_told_by_the_service_that_needs_it(string service, string part, string file, string key, string json)
    {
        await using var running = await RunningService.StartAsync(service);
        await running.UntilAsync(part, "Healthy");
        running.Config.Set(file, key, json);

        var (status, text, whole) = await running.UntilAsync(part, "Degraded");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("1 cannot be read", text, StringComparison.Ordinal);
        Assert.DoesNotContain("NOBODY_HAS", whole, StringComparison.Ordinal);
    }

    [Fact]
    public async Task However_many_ask_the_checks_are_made_once_a_second_at_most()
    {
        var made = 0;
        await using var running = await RunningService.StartAsync("Intake", builder =>
            builder.Services.AddHealthChecks().AddCheck("counted", () => HealthCheckResult.Healthy($"{Interlocked.Increment(ref made)}")));

        await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => running.ReadyAsync()));

        // As many as there were seconds, and those are few.
        Assert.InRange(made, 1, 30);
    }

    [Fact]
    public async Task What_a_check_throws_is_for_the_log_alone()
    {
        await using var running = await RunningService.StartAsync("Intake", builder =>
            builder.Services.AddHealthChecks().AddCheck("throws", () => throw new InvalidOperationException("user:password@host")));

        var (status, _, whole) = await running.UntilAsync("throws", "Unhealthy");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.DoesNotContain("password", whole, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_check_that_hangs_does_not_hang_the_answer()
    {
        await using var running = await RunningService.StartAsync("Intake", builder =>
            builder.Services.AddHealthChecks().AddAsyncCheck("hangs", async () =>
            {
                await Task.Delay(Timeout.InfiniteTimeSpan);
                return HealthCheckResult.Healthy();
            }));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await running.UntilAsync("checks", "Unhealthy")).Status);
        await LiveAsync(running);
    }

    [Fact]
    public async Task A_service_that_stops_is_not_ready_first_and_answers_what_it_was_asked_before()
    {
        var (asked, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var running = await RunningService.StartAsync("Intake");
        running.App.MapGet("/slow", async (HttpContext http) =>
        {
            asked.SetResult();
            await release.Task;
            await http.Response.WriteAsync("the answer");
        });
        var slow = running.GetAsync("slow");
        await asked.Task;

        var stop = running.App.StopAsync();
        var (status, body) = await running.ReadyAsync();
        await LiveAsync(running);
        release.SetResult();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.True(body.GetProperty("checks").TryGetProperty("stop", out _), body.GetRawText());
        using var answer = await slow;
        Assert.Equal("the answer", await answer.Content.ReadAsStringAsync());
        await stop;
    }

    private static async Task LiveAsync(RunningService running)
    {
        using var live = await running.GetAsync("health/live");
        Assert.Equal((HttpStatusCode.OK, "Healthy"), (live.StatusCode, await live.Content.ReadAsStringAsync()));
    }
}
