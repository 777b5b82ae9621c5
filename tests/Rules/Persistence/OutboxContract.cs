using LeadRelay.Contracts;

namespace LeadRelay.Tests.Rules.Persistence;

/// <summary>Events stay in a ledger's outbox until the broker has confirmed them.</summary>
public abstract class OutboxContract(IStoreUnderTest store) : StoreContract(store)
{
    [Fact]
    public async Task What_was_recorded_is_left_over_until_it_is_confirmed()
    {
        var (ledger, lead) = (Store.Postbacks(), Builders.NewId());
        var (first, last) = (Builders.Event(Builders.Submitted(lead)), Builders.Event(Builders.Created(lead)));
        await ledger.ForgetAsync(Builders.NewId(), [first, last], None);

        var leftOver = await Store.Postbacks().LeftOverAsync(TimeSpan.Zero, 10, None);
        Assert.Equal(new[] { first.Id, last.Id }.Order(), leftOver.Select(e => e.Id).Order());
        Assert.Equal("1001", Assert.IsType<OrderCreated>(leftOver.Single(e => e.Id == last.Id).Message).About.OrderId);

        await ledger.ConfirmedAsync([last], None);
        Assert.Equal(first.Id, Assert.Single(await ledger.LeftOverAsync(TimeSpan.Zero, 10, None)).Id);
        await ledger.ConfirmedAsync([first, last], None);
        Assert.Empty(await ledger.LeftOverAsync(TimeSpan.Zero, 10, None));
    }

    [Fact]
    public async Task What_is_young_is_still_in_its_recorders_hands()
    {
        var ledger = Store.Postbacks();
        await ledger.ForgetAsync(Builders.NewId(), [Builders.Event()], None);

        Assert.Empty(await ledger.LeftOverAsync(Ages, 10, None));
    }

    [Fact]
    public async Task No_more_is_given_than_asked_for_and_the_oldest_first()
    {
        var ledger = Store.Postbacks();
        var events = new List<Guid>();
        for (var i = 0; i < 4; i++)
        {
            var e = Builders.Event();
            events.Add(e.Id);
            await ledger.ForgetAsync(Builders.NewId(), [e], None);
            await Clock.PassAsync();
        }

        Assert.Equal(events[..3], (await ledger.LeftOverAsync(TimeSpan.Zero, 3, None)).Select(e => e.Id));
    }

    [Fact]
    public async Task The_same_event_recorded_twice_is_there_once()
    {
        var (ledger, e) = (Store.Postbacks(), Builders.Event());
        await ledger.ForgetAsync(Builders.NewId(), [e], None);
        await ledger.ForgetAsync(Builders.NewId(), [e], None);

        Assert.Single(await ledger.LeftOverAsync(TimeSpan.Zero, 10, None));
    }
}
