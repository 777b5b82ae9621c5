using LeadRelay.Contracts;
using LeadRelay.CrmWriter;
using LeadRelay.Persistence;
using LeadRelay.Persistence.Crm;

namespace LeadRelay.Tests.Rules.Persistence;

/// <summary>
/// A few leads, three workers with a ledger each on the same data, and beside them what the ledger should say, kept by the
/// simplest means. Every operation is done to both and they must agree. A claim counts as a call to SalesRender: from
/// outside nobody can tell whether it was made.
/// </summary>
internal sealed class CrmLedgerModel : IAsyncDisposable
{
    public const int Workers = 3;
    public const int Leads = 3;

    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly TimeSpan Ages = TimeSpan.FromMinutes(10);

    private readonly IStoreUnderTest store;
    private readonly ICrmLedger[] ledgers;
    private readonly Lead[] leads = [.. Enumerable.Range(0, Leads).Select(_ => new Lead())];
    private readonly List<Work>[] claims = [.. Enumerable.Range(0, Workers).Select(_ => new List<Work>())];
    private readonly IReadOnlyList<Work>[] expired = [.. Enumerable.Range(0, Workers).Select(_ => Array.Empty<Work>())];
    private readonly Work?[] doubts = new Work?[Workers];
    private readonly HashSet<Guid> unpublished = [];
    private readonly HashSet<Guid> recorded = [];
    private int orders = 1000;

    /// <param name="alter">Makes another ledger of each, to see that the model notices.</param>
    public CrmLedgerModel(IStoreUnderTest store, Func<ICrmLedger, ICrmLedger>? alter = null)
    {
        this.store = store;
        ledgers = [.. Enumerable.Range(0, Workers).Select(_ => alter is null ? store.Crm() : alter(store.Crm()))];
    }

    /// <summary>What the ledger should have of a lead; no state before it was submitted.</summary>
    private sealed class Lead
    {
        public Guid Id { get; } = Builders.NewId();
        public List<(NewWork Work, Asker? Asker)> Submissions { get; } = [];
        public HashSet<Asker> Askers { get; } = [];
        public WorkState? State { get; set; }
        public int Round { get; set; } = 1;
        public int Attempt { get; set; }
        public Guid MessageId { get; set; }
        public string? BodyHash { get; set; }
        public bool IsDue { get; set; }
        public Guid? Lease { get; set; }
        public bool IsExpired { get; set; }
        public Type? Outcome { get; set; }

        /// <summary>A call that was begun and that may have made the order. While there is one, no other may be begun.</summary>
        public Guid? Call { get; set; }

        /// <summary>As it has its outcome, nothing of the person is left.</summary>
        public bool IsForgotten { get; set; }

        public bool HasEnded => State is WorkState.Done or WorkState.Refused;

        public bool IsClaimable => State is WorkState.Waiting && IsDue;
    }

    public async Task SubmitAsync(int worker, int lead, string bodyHash, bool asks)
    {
        var work = CrmWork.Create(leads[lead].Id, bodyHash);
        leads[lead].Submissions.Add((work, asks ? new Asker("intake.1", Builders.NewId()) : null));
        await AcceptAsync(worker, leads[lead], leads[lead].Submissions[^1]);
    }

    /// <summary>The broker delivers a message once more.</summary>
    public async Task RedeliverAsync(int worker, int lead, int which)
    {
        if (leads[lead].Submissions is { Count: > 0 } known)
            await AcceptAsync(worker, leads[lead], known[which % known.Count]);
    }

    /// <param name="isLost">The claimant will be too late: its lease is over at once.</param>
    public async Task ClaimAsync(int worker, int atMost, bool isLost)
    {
        var claimable = leads.Count(lead => lead.IsClaimable);
        var claimed = await ledgers[worker].ClaimAsync(atMost, isLost ? -Ages : Ages, ClaimLimits.None, None);
        Claimed(worker, claimed, isLost);
        Assert.Equal(Math.Min(atMost, claimable), claimed.Count);
    }

    public async Task ClaimAtOnceAsync(bool isLost)
    {
        var claimable = leads.Count(lead => lead.IsClaimable);
        var claimed = await Task.WhenAll(ledgers.Select(ledger => Task.Run(() => ledger.ClaimAsync(Leads, isLost ? -Ages : Ages, ClaimLimits.None, None))));
        for (var worker = 0; worker < Workers; worker++)
            Claimed(worker, claimed[worker], isLost);
        Assert.Equal(claimable, claimed.Sum(some => some.Count));
    }

    /// <summary>A worker writes what came of one of its claims, be it too late or once more.</summary>
    public async Task SettleAsync(int worker, int which, WorkState state, bool isDue)
    {
        if (claims[worker] is { Count: > 0 } held)
            await SettleAsync(worker, held[which % held.Count], state, isDue);
    }

    /// <summary>Every worker believes that the claim is its own, and they differ about what came of it.</summary>
    public async Task SettleAtOnceAsync(int worker, int which)
    {
        if (claims[worker] is not { Count: > 0 } held)
            return;
        var claim = held[which % held.Count];
        var settlements = new[] { WorkState.Done, WorkState.Refused, WorkState.Waiting }.Select(state => Outcome(claim, state, true)).ToArray();
        var expected = IsTaken(claim, WorkState.Done);
        var settled = await Task.WhenAll(settlements.Select((settlement, i) => Task.Run(() => WriteAsync(i % Workers, claim, settlement))));
        Assert.Equal(expected ? 1 : 0, settled.Count(askers => askers is not null));
        if (expected)
        {
            var first = Array.FindIndex(settled, askers => askers is not null);
            Settled(claim, settlements[first], settled[first]!, true);
        }
    }

    /// <summary>SIGKILL: what the worker knew is gone.</summary>
    public void Crash(int worker)
    {
        claims[worker].Clear();
        expired[worker] = [];
        doubts[worker] = null;
    }

    /// <summary>The first half of a lease watch; what it has seen may be over when it acts on it.</summary>
    public async Task LookForExpiredAsync(int worker)
    {
        expired[worker] = await ledgers[worker].ExpiredAsync(Leads, None);
        Assert.Equal(
            leads.Where(lead => lead is { State: WorkState.Claimed, IsExpired: true }).Select(lead => (lead.Id, lead.Lease)).Order(),
            expired[worker].Select(work => (work.Id, work.Lease)).Order());
    }

    /// <summary>The second half.</summary>
    public async Task DoubtExpiredAsync(int worker)
    {
        foreach (var work in expired[worker])
            await SettleAsync(worker, work, WorkState.InDoubt, false);
    }

    /// <summary>An operator, a look or a webhook reads of a doubt; it may be over when the word on it comes.</summary>
    public async Task ReadDoubtAsync(int worker, int lead) => doubts[worker] = await ledgers[worker].FindLeadAsync(leads[lead].Id, None) ?? doubts[worker];

    /// <param name="exists">The order was seen; else it is known that there is none.</param>
    public async Task ResolveAsync(int worker, bool exists)
    {
        if (doubts[worker] is not { } doubt)
            return;
        var lead = leads.Single(lead => lead.Id == doubt.Id);
        var settlement = exists ? Outcomes.Exists(doubt, $"{orders++}", "operator", null, TimeProvider.System) : Outcomes.SendAgain(doubt, "looked", TimeProvider.System);
        var expected = lead.State is WorkState.InDoubt && (lead.Round, lead.Attempt) == (doubt.Round, doubt.Attempt);
        var askers = await ledgers[worker].ResolveAsync(doubt, settlement.State, settlement.OrderId, [settlement.Event], None);
        Assert.Equal(expected, askers is not null);
        if (expected)
            Settled(doubt, settlement, askers!, isDue: true);
    }

    /// <summary>An operator has the person forgotten.</summary>
    public async Task ForgetAsync(int worker, int which)
    {
        var (lead, told) = (leads[which], Builders.Event());
        bool? isComplete = null;
        Assert.Equal(lead.State is not null, await ledgers[worker].ErasePersonAsync(lead.Id, complete => { isComplete = complete; return told; }, None));
        Assert.Equal(lead.State is null ? null : lead.HasEnded, isComplete);
        if (lead.State is null)
            return;
        lead.IsForgotten = true;
        unpublished.Add(told.Id);
    }

    /// <summary>Publishes what is left over.</summary>
    /// <param name="dies">Before it has noted that the broker has them: they are published again.</param>
    public async Task PublishAsync(int worker, bool dies)
    {
        var leftOver = await ledgers[worker].LeftOverAsync(TimeSpan.Zero, 1000, None);
        Assert.Equal(unpublished.Order(), leftOver.Select(e => e.Id).Order());
        if (dies)
            return;
        await ledgers[worker].ConfirmedAsync(leftOver, None);
        // From then on nobody else sees them either.
        Assert.Empty(await ledgers[worker].LeftOverAsync(TimeSpan.Zero, 1000, None));
        unpublished.Clear();
    }

    /// <summary>Whether a worker sees of a lead what it should.</summary>
    public async Task CheckAsync(int worker, int lead)
    {
        var work = await ledgers[worker].FindLeadAsync(leads[lead].Id, None);
        Assert.Equal(leads[lead].State, work?.State);
        if (work is not null)
            Check(leads[lead], work);
    }

    /// <summary>The workers live on and nobody comes too late: nothing is left claimable, expired or unpublished.</summary>
    public async Task FinishAsync()
    {
        await LookForExpiredAsync(0);
        await DoubtExpiredAsync(0);
        await ClaimAsync(1, Leads, isLost: false);
        Assert.Empty(await ledgers[2].ClaimAsync(Leads, Ages, ClaimLimits.None, None));
        Assert.Empty(await ledgers[2].ExpiredAsync(Leads, None));
        await PublishAsync(0, dies: false);
        for (var lead = 0; lead < Leads; lead++)
            await CheckAsync(2, lead);
    }

    public ValueTask DisposeAsync() => store.DisposeAsync();

    private async Task AcceptAsync(int worker, Lead lead, (NewWork Work, Asker? Asker) submission)
    {
        var (work, asker) = submission;
        var begins = lead.State is null || (lead.State is WorkState.Refused && lead.MessageId != work.MessageId);
        if (begins)
        {
            lead.Round += lead.State is null ? 0 : 1;
            (lead.State, lead.IsDue, lead.Attempt, lead.MessageId, lead.BodyHash) = (WorkState.Waiting, true, 0, work.MessageId, work.BodyHash);
            (lead.Lease, lead.Outcome, lead.IsForgotten) = (null, null, false);
        }
        var accepted = await ledgers[worker].AcceptAsync(work, asker, None);
        Assert.Equal(begins, accepted.IsNew);
        Check(lead, accepted.Work);
        if (asker is not null && lead.State is WorkState.Waiting or WorkState.Claimed && lead.BodyHash == work.BodyHash)
            lead.Askers.Add(asker!);
    }

    private void Claimed(int worker, IReadOnlyList<Work> claimed, bool isLost)
    {
        foreach (var work in claimed)
        {
            var lead = leads.Single(lead => lead.Id == work.Id);
            Assert.True(lead.Call is null, $"A call was begun for {lead.Id} though an earlier one may have made its order.");
            Assert.True(lead.IsClaimable);
            Assert.NotEqual(lead.Lease, work.Lease);
            (lead.State, lead.Lease, lead.Call, lead.IsExpired, lead.Attempt) = (WorkState.Claimed, work.Lease, work.Lease, isLost, lead.Attempt + 1);
            Check(lead, work);
            claims[worker].Add(work);
        }
    }

    private async Task SettleAsync(int worker, Work claim, WorkState state, bool isDue)
    {
        var settlement = Outcome(claim, state, isDue);
        var expected = IsTaken(claim, state);
        var askers = await WriteAsync(worker, claim, settlement);
        Assert.Equal(expected, askers is not null);
        if (expected)
            Settled(claim, settlement, askers!, isDue);
        if (expected && state is WorkState.Done)
            Assert.Equal(claim.Id, (await ledgers[worker].FindOrderAsync("main", settlement.OrderId!, None))?.LeadId);
    }

    /// <summary>Once per claim; and once more if it had been declared in doubt meanwhile.</summary>
    private bool IsTaken(Work claim, WorkState state)
    {
        var lead = leads.Single(lead => lead.Id == claim.Id);
        return lead.Lease == claim.Lease && lead.State is WorkState.Claimed or WorkState.InDoubt && lead.State != state;
    }

    private Task<IReadOnlyList<Asker>?> WriteAsync(int worker, Work claim, Settlement settlement) =>
        ledgers[worker].SettleAsync(claim, settlement.State, settlement.OrderId, settlement.DueIn, [settlement.Event], None);

    private void Settled(Work claim, Settlement settlement, IReadOnlyList<Asker> askers, bool isDue)
    {
        var lead = leads.Single(lead => lead.Id == claim.Id);
        (lead.State, lead.IsDue, lead.Outcome) = (settlement.State, isDue, settlement.Event.Message.GetType());
        // Only these two say that there is no order.
        if (settlement.State is WorkState.Waiting or WorkState.Refused)
            lead.Call = null;
        var told = settlement.State is WorkState.Waiting ? [] : lead.Askers.ToArray();
        Assert.Equal(told.OrderBy(asker => asker.RequestId), askers.OrderBy(asker => asker.RequestId));
        lead.Askers.ExceptWith(told);
        Assert.True(recorded.Add(settlement.Event.Id), "Two events have the same id.");
        unpublished.Add(settlement.Event.Id);
    }

    private Settlement Outcome(Work claim, WorkState state, bool isDue) => state switch
    {
        WorkState.Done => Outcomes.Done(claim, $"{orders++}", Builders.Exchange(), TimeProvider.System),
        WorkState.Refused => Outcomes.Refused(claim, "crm_refused", "no", Builders.Exchange(), TimeProvider.System),
        WorkState.InDoubt => Outcomes.InDoubt(claim, "no answer", Builders.Exchange(), null, TimeProvider.System),
        _ => Outcomes.Delayed(claim, "busy", isDue ? TimeSpan.Zero : Ages, Builders.Exchange(), TimeProvider.System),
    };

    private static void Check(Lead lead, Work work)
    {
        Assert.Equal((lead.State, lead.Round, lead.Attempt, lead.BodyHash, lead.Lease), (work.State, work.Round, work.Attempt, work.BodyHash, work.Lease));
        Assert.Equal(lead.Outcome, work.Outcome?.GetType());
        var submitted = Assert.IsType<LeadSubmitted>(work.Message);
        Assert.Equal((lead.BodyHash, lead.IsForgotten && lead.HasEnded ? "" : "+491701234567"), (submitted.BodyHash, submitted.Lead.Fields["phone"]));
        if (lead.IsForgotten && lead.HasEnded)
            Assert.DoesNotContain("+491701234567", MessageJson.Write(work.Outcome), StringComparison.Ordinal);
    }
}
