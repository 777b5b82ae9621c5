using LeadRelay.Contracts;
using LeadRelay.Persistence.Postbacks;

namespace LeadRelay.Tests.Rules.Persistence;

/// <summary>Orders for the contracts.</summary>
internal static class Orders
{
    private static readonly CancellationToken None = CancellationToken.None;

    public static OrderRecord New(Subject about) => new(about, Builders.Nothing, new Dictionary<string, TargetRecord>(), [], Version: 0);

    /// <summary>A commit to an order as it stands, or as it shall be made.</summary>
    public static OrderCommit Commit(this OrderRecord order, Postback? delivery = null, Guid[]? superseded = null, params Outgoing[] events) => new(
        delivery is null ? order : order with { Targets = new Dictionary<string, TargetRecord>(order.Targets) { [delivery.Target] = new(delivery.Sequence, null, null) } },
        Builders.NewId(), null, false, delivery is null ? [] : [delivery], superseded ?? [], events);

    /// <summary>Puts an order into the ledger and reads it back.</summary>
    public static async Task<OrderRecord> AddAsync(this IPostbackLedger ledger, Subject about)
    {
        Assert.Equal(Committed.Taken, await ledger.CommitAsync(New(about).Commit(), None));
        return await ledger.GetAsync(about.OrderId!);
    }

    public static async Task<OrderRecord> GetAsync(this IPostbackLedger ledger, string orderId = "1001") =>
        Assert.Single(await ledger.FindAsync(new Subject(Connection: "main", OrderId: orderId), None));

    /// <summary>Commits deliveries to an order as it stands, each with its target's place in the history.</summary>
    public static async Task OweAsync(this IPostbackLedger ledger, string orderId, params Postback[] deliveries)
    {
        foreach (var delivery in deliveries)
            Assert.Equal(Committed.Taken, await ledger.CommitAsync((await ledger.GetAsync(orderId)).Commit(delivery), None));
    }

    /// <summary>A new order that owes these.</summary>
    public static async Task NewAsync(this IPostbackLedger ledger, string orderId, params Postback[] deliveries)
    {
        await ledger.AddAsync(Builders.About(Builders.NewId(), orderId, clickId: null));
        await ledger.OweAsync(orderId, deliveries);
    }

    public static Task<IReadOnlyList<Delivery>> FirstAsync(this IPostbackLedger ledger, int atMost = 100, int perTarget = 100, TimeSpan? lease = null, params (string Target, int Count)[] places) =>
        ledger.ClaimAsync(Lane.First, atMost, perTarget, lease ?? TimeSpan.FromMinutes(10), places.ToDictionary(p => p.Target, p => p.Count), None);

    public static Task<IReadOnlyList<Delivery>> RetriesAsync(this IPostbackLedger ledger, int atMost = 100, int perTarget = 100) =>
        ledger.ClaimAsync(Lane.Retry, atMost, perTarget, TimeSpan.FromMinutes(10), new Dictionary<string, int>(), None);

    public static Task<bool> RetryAsync(this IPostbackLedger ledger, Delivery claim, TimeSpan? wait = null) =>
        ledger.SettleAsync(claim, new DeliveryOutcome(DeliveryState.Waiting, wait ?? TimeSpan.Zero, Builders.Event()), [Builders.Event()], None);

    public static Task<bool> EndAsync(this IPostbackLedger ledger, Delivery claim, DeliveryState state = DeliveryState.Delivered) =>
        ledger.SettleAsync(claim, new DeliveryOutcome(state), [Builders.Event()], None);
}
