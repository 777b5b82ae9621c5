using System.Diagnostics.Metrics;
using LeadRelay.Contracts;

namespace LeadRelay.Tests.Rules;

public sealed class MetricsTests
{
    private static readonly Guid LeadId = new("01985a2e-0000-7000-8000-000000000001");

    public static TheoryData<IAudited, string[]> Messages()
    {
        var (about, postback, submitted) = (Builders.About(LeadId, "1001"), Builders.Postback(1) with { ChangedAt = Builders.Now.AddSeconds(-3) }, Builders.Submitted(LeadId));
        var exchange = Builders.Exchange() with { DurationMs = 250 };
        var update = new StatusUpdateRequested(LeadId, about, "accepted", "3", null, Builders.Raw(), Builders.Now);
        PostbackAttempted Attempt(int? status, DateTimeOffset? next, TrackerVerdict? verdict = null) => new(about, postback, null, 1, "https://tracker.example", status, null, null, next, Builders.Now, 120, null, verdict);
        PostbackTested Test(TrackerVerdict verdict) =>
            new(about, StatusEvent.Approve, "accepted", Builders.Tracker, new SentRequest("GET", "", Builders.Nothing, null, null), 200, null, null, Builders.Now, 120, verdict);
        return new()
        {
            { submitted, ["leadrelay.leads 1 campaign=first"] },
            { new OrderCreated(about, submitted with { At = Builders.Now.AddSeconds(-2) }, exchange, Builders.Now),
                ["leadrelay.orders 1 campaign=first outcome=created", "leadrelay.crm.duration 0.25 connection=main outcome=created", "leadrelay.leads.time_to_order 2 connection=main"] },
            { new OrderRefused(about, submitted, "crm_unreachable", "text", null, Builders.Now), ["leadrelay.orders 1 campaign=first code=crm_unreachable outcome=refused"] },
            { new OrderRefused(about, submitted, "ERR_WHATEVER_7", "text", exchange, Builders.Now),
                ["leadrelay.orders 1 campaign=first code=salesrender outcome=refused", "leadrelay.crm.duration 0.25 connection=main outcome=refused"] },
            { new OrderInDoubt(about, submitted, "text", exchange, Builders.Now), ["leadrelay.orders 1 campaign=first outcome=in_doubt", "leadrelay.crm.duration 0.25 connection=main outcome=in_doubt"] },
            { new LeadDuplicated(about, submitted, LeadId, Builders.Now), ["leadrelay.orders 1 campaign=first outcome=duplicate"] },
            { new SubmissionConflicted(about, "a", "b", Builders.Now), ["leadrelay.orders 1 campaign=first outcome=conflict"] },
            { new OrderWriteDelayed(about, "text", 1, Builders.Now, exchange, Builders.Now), ["leadrelay.crm.duration 0.25 connection=main outcome=delayed"] },
            { new OrderStatusUpdated(about, update, exchange, Builders.Now), ["leadrelay.status_updates 1 outcome=updated", "leadrelay.crm.duration 0.25 connection=main outcome=updated"] },
            { new StatusUpdateRefused(about, update, null, "unknown_status", "text", null, Builders.Now), ["leadrelay.status_updates 1 code=unknown_status outcome=refused"] },
            { Builders.Changed(), ["leadrelay.webhooks 1 connection=main"] },
            { Attempt(200, null, TrackerVerdict.Credited), ["leadrelay.postbacks 1 outcome=delivered test=False verdict=credited", "leadrelay.trackers.duration 0.12 outcome=delivered test=False"] },
            { Attempt(200, null, TrackerVerdict.Received), ["leadrelay.postbacks 1 outcome=delivered test=False verdict=received", "leadrelay.trackers.duration 0.12 outcome=delivered test=False"] },
            { Attempt(200, null, TrackerVerdict.Refused), ["leadrelay.postbacks 1 outcome=failed test=False verdict=refused", "leadrelay.trackers.duration 0.12 outcome=failed test=False"] },
            { Attempt(200, Builders.Now, TrackerVerdict.Refused), ["leadrelay.postbacks 1 outcome=retried test=False verdict=refused", "leadrelay.trackers.duration 0.12 outcome=retried test=False"] },
            { Attempt(200, null), ["leadrelay.postbacks 1 outcome=delivered test=False verdict=none", "leadrelay.trackers.duration 0.12 outcome=delivered test=False"] },
            { Attempt(503, Builders.Now), ["leadrelay.postbacks 1 outcome=retried test=False verdict=none", "leadrelay.trackers.duration 0.12 outcome=retried test=False"] },
            { Attempt(null, null), ["leadrelay.postbacks 1 outcome=failed test=False verdict=none", "leadrelay.trackers.duration 0.12 outcome=failed test=False"] },
            { Test(TrackerVerdict.Received), ["leadrelay.postbacks 1 outcome=delivered test=True verdict=received", "leadrelay.trackers.duration 0.12 outcome=delivered test=True"] },
            { Test(TrackerVerdict.Refused), ["leadrelay.postbacks 1 outcome=failed test=True verdict=refused", "leadrelay.trackers.duration 0.12 outcome=failed test=True"] },
            { new PostbackDelivered(about, postback, 1, Builders.Now), ["leadrelay.postbacks.time_to_delivery 3 event=approve"] },
            { new PostbackDelivered(about, postback with { ResendOf = LeadId }, 1, Builders.Now), [] },
            { new PostbackHeld(about, "77", null, "text", null, 1, Builders.Now), ["leadrelay.postbacks.held 1 campaign=first"] },
            { new PostbackSkipped(about, null, null, null, "repeat", "text", null, 1, Builders.Now), ["leadrelay.postbacks.skipped 1 reason=repeat"] },
            { new LeadRefused(about, 422, "missing_field", "text", "phone", Builders.Raw(), Builders.Now), [] },
            { new PostbackDue(about, postback, null, null, Builders.Now), [] },
        };
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_message_makes_exactly_these_measurements(IAudited message, string[] expected)
    {
        Assert.Equal(expected.Order(), Measured(() => Metrics.Published(message)).Order());
    }

    /// <summary>A caller names the campaign of a refusal, its order, and its clicks; the company's SalesRender its codes; anybody the kind of a message.</summary>
    [Fact]
    public void Nothing_that_a_caller_names_makes_a_series()
    {
        var measured = Measured(() =>
        {
            for (var i = 0; i < 100; i++)
            {
                var about = new Subject(Builders.NewId(), "main", $"order {i}", $"alias {i}", "buyer", $"click {i}");
                Metrics.Published(new LeadRefused(about, 404, "unknown_campaign", "text", null, Builders.Raw(), Builders.Now));
                Metrics.Published(new StatusUpdateRefused(about, null, Builders.Raw(), $"CODE_{i}", "text", null, Builders.Now));
                Metrics.Published(new WebhookRefused(about, "no_order", "text", Builders.Raw(), Builders.Now));
                Metrics.Published(new OrderStatusChanged(about, $"{i}", $"group {i}", "text", null, null, $"{i}", $"{i}", [], Builders.Raw(), Builders.Now));
                Metrics.Published(new PostbackSkipped(about with { Campaign = null }, null, null, null, "not_ours", "text", null, 1, Builders.Now));
                Metrics.SetApart($"Kind{i}");
            }
        });

        Assert.Equal(
            ["leadrelay.audit.apart 1 kind=other", "leadrelay.postbacks.skipped 1 reason=not_ours", "leadrelay.status_updates 1 code=salesrender outcome=refused", "leadrelay.webhooks 1 connection=main"],
            measured.Distinct().Order());
    }

    [Fact]
    public void Every_instrument_has_a_unit_and_says_what_it_counts()
    {
        var instruments = new List<Instrument>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, _) => { if (instrument.Meter == Metrics.Meter) instruments.Add(instrument); } };
        Metrics.Refused("Intake", "unauthorized");
        listener.Start();

        Assert.All(instruments, instrument => Assert.True(instrument is { Unit.Length: > 0, Description.Length: > 0 } && instrument.Name.StartsWith("leadrelay.", StringComparison.Ordinal), instrument.Name));
        Assert.NotEmpty(instruments);
    }

    /// <summary>Of this thread: other tests measure, too.</summary>
    private static List<string> Measured(Action action)
    {
        var (thread, measured) = (Environment.CurrentManagedThreadId, new List<string>());
        void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            if (Environment.CurrentManagedThreadId == thread)
                measured.Add(FormattableString.Invariant($"{instrument.Name} {value}") + string.Concat(tags.ToArray().OrderBy(tag => tag.Key).Select(tag => $" {tag.Key}={tag.Value}")));
        }
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, to) =>
        {
            if (instrument.Meter == Metrics.Meter)
                to.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.Start();
        action();
        return measured;
    }
}
