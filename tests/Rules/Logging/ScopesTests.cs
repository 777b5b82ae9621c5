using System.Net;
using LeadRelay.Bus;
using LeadRelay.Contracts;
using LeadRelay.Logging;
using LeadRelay.Tests.Rules.Persistence;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging;

namespace LeadRelay.Tests.Rules.Logging;

/// <summary>What our code and libraries log of a message, a request and a row: it names the lead, and nobody's number or address.</summary>
public sealed class ScopesTests : IAsyncLifetime, IDisposable
{
    private const string Canary = "+49 151 12345678, anna.canary@example.com";

    private static readonly Guid LeadId = new("01985a2e-0000-7000-8000-000000000001");

    private readonly LogEntries log = new();
    private WebApplication app = null!;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(log);
        builder.WebHost.UseKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddProblemDetails();
        builder.AddRelayBus(isWhole: true, bus => bus.AddConsumer<Failing>().Endpoint(endpoint => endpoint.Name = Topology.CrmWriter), bus =>
            bus.AddConsumer<InBatches>(consumer => consumer.Options<BatchOptions>(batch => batch.SetMessageLimit(2).SetTimeLimit(TimeSpan.FromMilliseconds(20)))).Endpoint(endpoint => endpoint.Name = Topology.Audit));
        builder.Services.AddSingleton<InBatches.Seen>();
        app = builder.Build();
        app.UseRequestSubjects();
        app.UseExceptionHandler();
        app.MapGet("/leads/{leadId:guid}", IResult () => throw new InvalidOperationException(Canary));
        await app.StartAsync();
    }

    public async Task DisposeAsync() => await app.DisposeAsync();

    public void Dispose() => log.Dispose();

    [Fact]
    public async Task A_message_that_cannot_be_consumed_is_logged_with_its_lead_and_without_the_person()
    {
        var submitted = Builders.Submitted(LeadId);
        await app.Services.GetRequiredService<IBus>().PublishOnceAsync(submitted, Builders.NewId(), TimeSpan.FromSeconds(10), TimeProvider.System);

        var batch = await app.Services.GetRequiredService<InBatches.Seen>().First.Task.WaitAsync(TimeSpan.FromSeconds(10));
        var failed = await Clock.EventuallyAsync(() => Task.FromResult(log.All.FirstOrDefault(entry => entry.Level is LogLevel.Error)));
        Assert.Contains("R-FAULT", failed.Line, StringComparison.Ordinal);
        AssertMasked(failed);
        var own = log.All.Single(entry => entry.Line.Contains("It is looked at.", StringComparison.Ordinal));
        Assert.Equal((LeadId.ToString(), "first"), (own.Ids["LeadId"], own.Ids["Campaign"]));
        Assert.EndsWith($"It is looked at. LeadId={LeadId} Campaign=first", own.Line.Split(" TraceId=")[0].TrimEnd(), StringComparison.Ordinal);
        Assert.Contains(log.All, entry => entry.Line.Contains("LeadSubmitted: A lead was accepted.", StringComparison.Ordinal));
        Assert.Empty(log.All.Single(entry => entry.Line.Contains("A batch is looked at.", StringComparison.Ordinal)).Ids);
        Assert.Equal(1, batch);
    }

    [Fact]
    public async Task A_request_that_fails_is_logged_with_its_lead_and_without_the_person()
    {
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri($"{app.Urls.Single()}/leads/{LeadId}"));

        var failed = await Clock.EventuallyAsync(() => Task.FromResult(log.All.FirstOrDefault(entry => entry.Level is LogLevel.Error)));
        Assert.Equal(LeadId.ToString(), failed.Ids["LeadId"]);
        AssertMasked(failed);
    }

    [Fact]
    public async Task A_row_that_fails_is_logged_with_its_lead_and_without_the_person()
    {
        using var pump = new FailingPump(new LoggerFactory([log]).CreateLogger<FailingPump>());
        await pump.StartAsync(CancellationToken.None);

        var failed = await Clock.EventuallyAsync(() => Task.FromResult(log.All.FirstOrDefault(entry => entry.Level is LogLevel.Error)));
        await pump.StopAsync(CancellationToken.None);
        Assert.Equal((LeadId.ToString(), "1001"), (failed.Ids["LeadId"], failed.Ids["OrderId"]));
        AssertMasked(failed);
    }

    private static void AssertMasked(LogEntry failed)
    {
        Assert.Contains("+49•••78, a•••@•••", failed.Line, StringComparison.Ordinal);
        Assert.DoesNotContain("12345678", failed.Line, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", failed.Line, StringComparison.Ordinal);
        Assert.Equal(1, failed.Line.ReplaceLineEndings("\n").Count(c => c is '\n'));
    }

    private sealed class Failing(ILogger<Failing> logger) : IConsumer<LeadSubmitted>
    {
        public Task Consume(ConsumeContext<LeadSubmitted> context)
        {
            logger.LogInformation("It is looked at.");
            throw new InvalidOperationException(Canary);
        }
    }

    private sealed class InBatches(InBatches.Seen seen, ILogger<InBatches> logger) : IConsumer<Batch<IAudited>>
    {
        public Task Consume(ConsumeContext<Batch<IAudited>> context)
        {
            logger.LogInformation("A batch is looked at.");
            seen.First.TrySetResult(context.Message.Length);
            return Task.CompletedTask;
        }

        public sealed class Seen
        {
            public TaskCompletionSource<int> First { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private sealed class FailingPump(ILogger logger) : Pump<Subject>(1, new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance), logger)
    {
        private int taken;

        protected override Task<IReadOnlyList<Subject>> TakeAsync(int atMost, CancellationToken ct) =>
            Task.FromResult<IReadOnlyList<Subject>>(Interlocked.Exchange(ref taken, 1) is 0 ? [new Subject(LeadId, OrderId: "1001")] : []);

        protected override Subject About(Subject row) => row;

        protected override Task WorkAsync(Subject row) => throw new InvalidOperationException(Canary);
    }
}
