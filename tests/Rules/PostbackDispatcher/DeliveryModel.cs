using LeadRelay.Configuration;
using LeadRelay.Contracts;
using LeadRelay.Persistence.Postbacks;
using LeadRelay.PostbackDispatcher;
using LeadRelay.Tests.Rules.Persistence;
using static LeadRelay.Tests.Rules.PostbackDispatcher.Changes;

namespace LeadRelay.Tests.Rules.PostbackDispatcher;

/// <summary>What comes of one attempt, decided when it is begun. The tracker gets it at once or never; the ledger learns of it later.</summary>
public enum Fate
{
    Delivered, AnsweredBadly, NeverArrived, DiedAfterSending, DiedBeforeSending,
}

/// <summary>One order with one target on the real decision and a real ledger, and a tracker that remembers what it got.</summary>
internal sealed class DeliveryModel : IAsyncDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly RelayConfig Config = Builders.Config(Builders.Campaign(LabelUrl));

    /// <summary>The same, but the tracker must have had a hold before anything else means anything to it.</summary>
    private static readonly RelayConfig HoldFirst = Builders.Config(Builders.Campaign(LabelUrl) with
    {
        Postbacks = Enum.GetValues<StatusEvent>().ToDictionary(e => e, e => (IReadOnlyList<PostbackTemplate>)[Builders.Template(LabelUrl) with { RequiredFirst = e is StatusEvent.Hold }]),
    });

    private readonly SqliteUnderTest store = new();
    private readonly RelayConfig config;
    private readonly IPostbackLedger[] ledgers;
    private readonly List<StatusChange> history = [];
    private readonly Queue<(Delivery Claim, Fate Fate)> inFlight = new();
    private readonly List<Postback> attempts = [];
    private readonly HashSet<Guid> eventIds = [];
    private int turn;

    public DeliveryModel(bool holdFirst = false) => (config, ledgers) = (holdFirst ? HoldFirst : Config, [store.Postbacks(), store.Postbacks()]);

    /// <summary>Events the tracker was sent, in order.</summary>
    public IEnumerable<StatusEvent> Told => attempts.Select(attempt => attempt.Event);

    /// <summary>Label of the newest change that was not turned away as older.</summary>
    public string? Accepted { get; private set; }

    /// <summary>Events that a delivery was made for.</summary>
    public List<StatusEvent> AcceptedEvents { get; } = [];

    /// <summary>Label of what the tracker got last.</summary>
    public string? Received { get; private set; }

    /// <summary>Every step is another replica's.</summary>
    private IPostbackLedger Ledger => ledgers[turn++ % ledgers.Length];

    public async Task BeginAsync() => await ledgers[0].AddAsync(Builders.About(Builders.NewId(), "1001"));

    public async Task ChangeAsync(StatusChange change, Committed expected = Committed.Taken)
    {
        var order = await Ledger.GetAsync();
        var decision = Decision.For(order, change, config, Builders.Now);
        var again = Decision.For(order, change, config, Builders.Now);
        Assert.Equal(decision.Deliveries, again.Deliveries);
        Assert.Equal(decision.Events, again.Events);

        Assert.Equal(expected, await Ledger.CommitAsync(new OrderCommit(order with { Targets = decision.Targets }, change.MessageId, null, false, decision.Deliveries, decision.Superseded, decision.Events), None));
        if (expected is Committed.Known)
            return;
        history.Add(change);
        Assert.All(decision.Events, e => Assert.True(eventIds.Add(e.Id), "An event was told twice."));
        var status = config.Campaigns["first"].StatusMap.Entries[change.StatusId!]!;
        if (decision.Deliveries.Count > 0 || Changes.Told(decision) is "repeat")
            Accepted = status.Label;
        AcceptedEvents.AddRange(decision.Deliveries.Select(delivery => delivery.Event));
    }

    /// <summary>Some earlier message once more.</summary>
    public async Task RepeatAsync(int which)
    {
        if (history.Count > 0)
            await ChangeAsync(history[which % history.Count], Committed.Known);
    }

    public async Task<bool> ClaimAsync(Lane lane, Fate fate)
    {
        var dies = fate is Fate.DiedAfterSending or Fate.DiedBeforeSending;
        var claimed = await Ledger.ClaimAsync(lane, 10, 10, TimeSpan.FromMinutes(dies ? -1 : 10), new Dictionary<string, int>(), None);
        if (claimed.Count is 0)
            return false;
        Assert.Empty(inFlight);
        var claim = Assert.Single(claimed);
        if (attempts.Count > 0)
            Assert.True(claim.Postback.Sequence >= attempts[^1].Sequence, "An older change followed a newer one.");
        attempts.Add(claim.Postback);
        if (fate is not (Fate.NeverArrived or Fate.DiedBeforeSending))
            Received = claim.Postback.Label;
        if (!dies)
            inFlight.Enqueue((claim, fate));
        return true;
    }

    public async Task SettleAsync()
    {
        if (!inFlight.TryDequeue(out var attempt))
            return;
        var (claim, fate) = attempt;
        Assert.True(fate is Fate.Delivered
            ? await Ledger.SettleAsync(claim, new DeliveryOutcome(DeliveryState.Delivered), [], None)
            : await Ledger.SettleAsync(claim, new DeliveryOutcome(DeliveryState.Waiting, TimeSpan.Zero,
                config == HoldFirst && claim.Postback.Event is StatusEvent.Hold ? null : Decision.Superseding(claim.About, claim.Postback, Builders.Now)), [], None));
    }

    /// <summary>An operator has one of the deliveries made so far sent again, twice by the same word.</summary>
    public async Task ResendAsync(int which)
    {
        var rows = await Ledger.ListAsync(new DeliveryFilter(), null, 100, None);
        if (rows.Count is 0)
            return;
        var (row, id) = (rows[which % rows.Count], Builders.NewId());
        Outgoing Tell(Subject about, Postback postback, bool isRepeat) => new(id, new PostbackResent(about, postback, isRepeat, null, null, Builders.Now));
        var resent = await Ledger.ResendAsync(row.Postback.DeliveryId, id, true, Tell, None);
        if (resent is Resent.Due)
            Assert.Equal(Resent.Due, await Ledger.ResendAsync(row.Postback.DeliveryId, id, true, Tell, None));
        var newest = rows.Max(each => each.Postback.Sequence);
        Assert.True(resent is not Resent.Due || row.State is DeliveryState.Waiting || row.Postback.Sequence == newest, "An older status was resent.");
    }

    /// <summary>An operator calls one off that waits.</summary>
    public async Task CancelAsync(int which)
    {
        if (await Ledger.PendingAsync(new DeliveryFilter(), 100, None) is { Count: > 0 } rows)
            await Ledger.CancelAsync(rows[which % rows.Count].Postback.DeliveryId, [], None);
    }

    /// <summary>Everything that is still to be done is done, and the tracker takes it all.</summary>
    public async Task DrainAsync()
    {
        do
        {
            await SettleAsync();
        }
        while (await ClaimAsync(Lane.First, Fate.Delivered) || await ClaimAsync(Lane.Retry, Fate.Delivered));
        Assert.Empty((await ledgers[0].GetAsync()).Waiting);
    }

    public ValueTask DisposeAsync() => store.DisposeAsync();
}
