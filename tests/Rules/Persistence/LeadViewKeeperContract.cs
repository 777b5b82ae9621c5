using FsCheck;
using FsCheck.Fluent;
using LeadRelay.AuditStore;
using LeadRelay.Contracts;
using LeadRelay.Persistence.Audit;
using MassTransit.Serialization;

namespace LeadRelay.Tests.Rules.Persistence;

/// <summary>The leads' records, kept by several replicas at once.</summary>
public abstract class LeadViewKeeperContract(IStoreUnderTest store) : StoreContract(store)
{
    [Fact]
    public void Whoever_stores_which_message_when_and_however_often_the_records_are_those_of_all_messages()
    {
        var replicas = new[] { Replica(), Replica() };
        int[] pattern = [.. Enumerable.Range(0, Story(Builders.NewId(), "").Length)];

        Prop.ForAll(Gen.Shuffle(pattern).Two().Select(both => (both.Item1, both.Item2)).ToArbitrary(), shuffles =>
        {
            // New ids each time, and the same messages in the same places as these two arrangements of a pattern have them.
            var (leadId, order) = (Builders.NewId(), $"{Builders.NewId()}");
            var messages = Story(leadId, order);
            StoredMessage[] Arranged(int[] places) => [.. places.Select(place => messages[place])];
            Task.WaitAll(
                KeepAsync(replicas[0], Arranged(shuffles.Item1)),
                KeepAsync(replicas[1], Arranged(shuffles.Item2[..(pattern.Length / 2)])));

            var expected = new LeadFacts();
            foreach (var message in messages)
                expected.Add(message.Entry.MessageId, message.Message!);
            var view = Store.LeadViews().OfLeadsAsync([leadId], None).Result.Single();
            Assert.Equal(expected.Store(leadId, view.Version), view);
            Assert.Equal(("created", order, "accepted"), (view.End.State, view.About.OrderId, view.End.Label));
            // What names no lead is found with its campaign all the same.
            Assert.All(Store.Audit().TimelineAsync(leadId, None).Result, entry => Assert.Equal(("first", "buyer", "click-1"), (entry.About.Campaign, entry.About.Partner, entry.About.ClickId)));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(40));
    }

    [Fact]
    public async Task Leads_that_share_an_order_both_have_its_statuses()
    {
        var (first, second) = (Builders.NewId(), Builders.NewId());
        var submission = Builders.Submitted(second);
        await KeepAsync(Replica(),
        [
            Stored(Builders.Submitted(first)), Stored(Builders.Created(first)), Stored(submission),
            Stored(new LeadDuplicated(submission.About with { OrderId = "1001" }, submission, first, Builders.Now)), Stored(Builders.Changed(statusId: "3", at: Builders.Now)),
        ]);

        var views = await Store.LeadViews().OfLeadsAsync([first, second], None);

        Assert.Equal(["created", "duplicate"], views.Select(view => view.End.State).Order());
        Assert.All(views, view => Assert.Equal("3", Assert.Single(LeadFacts.Of(view).View(view).History).StatusId));
    }

    [Fact]
    public async Task A_submission_refused_at_the_door_is_counted_and_is_no_lead()
    {
        var refused = new LeadRefused(new Subject(Campaign: "first", Partner: "buyer", ClickId: "click-1"), 422, "invalid_phone", "No phone.", "phone", new RawPayload("POST", "", ""), Builders.Now);
        await KeepAsync(Replica(), [Stored(refused), Stored(refused with { About = new Subject(Partner: "buyer") })]);

        Assert.Empty(await Store.LeadViews().FindAsync(new LeadSearch("buyer", [], ["click-1"], null, [], 10), None));
        Assert.Equal(new LeadEnd("rejected", "invalid_phone"), Assert.Single(await Store.LeadViews().CountAsync(new CountQuery(null, null, null, null), None)).End);
    }

    [Fact]
    public async Task A_record_whose_details_were_deleted_stays_as_it_is()
    {
        var leadId = Builders.NewId();
        await KeepAsync(Replica(), [Stored(Builders.Submitted(leadId)), Stored(Builders.Created(leadId))]);
        var bare = (await Store.LeadViews().OfLeadsAsync([leadId], None)).Single() with { Facts = StoredView.NoDetails };
        await Store.LeadViews().WriteAsync([bare], None);

        await KeepAsync(Replica(), [Stored(Builders.Refused(leadId))]);

        Assert.Equal(bare with { Version = bare.Version + 1 }, Assert.Single(await Store.LeadViews().OfLeadsAsync([leadId], None)));
    }

    [Fact]
    public async Task A_message_of_a_forgotten_person_is_named_to_be_erased_however_late_it_comes()
    {
        var leadId = Builders.NewId();
        var replica = Replica();
        await KeepAsync(replica, [Stored(Builders.Submitted(leadId)), Stored(Builders.Created(leadId))]);

        Assert.Equal([leadId], await KeepAsync(replica, [Stored(new ForgetPerson(new Subject(leadId), null, Builders.Now))]));
        Assert.Equal([leadId], await KeepAsync(replica, [Stored(Builders.Changed(statusId: "3"))]));
    }

    [Fact]
    public async Task A_person_is_forgotten_also_where_the_records_details_were_deleted_before_or_are_deleted_then()
    {
        var (before, after, replica) = (Builders.NewId(), Builders.NewId(), Replica());
        await KeepAsync(replica, [Stored(Builders.Submitted(before)), Stored(Builders.Submitted(after)), Stored(new ForgetPerson(new Subject(after), null, Builders.Now))]);
        await Store.LeadViews().WriteAsync([.. (await Store.LeadViews().OfLeadsAsync([before, after], None)).Select(view => view with { Facts = StoredView.NoDetails })], None);

        Assert.Equal([before], await KeepAsync(replica, [Stored(new ForgetPerson(new Subject(before), null, Builders.Now))]));
        Assert.Equal([after], await KeepAsync(replica, [Stored(Builders.Refused(after))]));
        Assert.Equal([before], await KeepAsync(replica, [Stored(Builders.Refused(before))]));
    }

    [Fact]
    public async Task What_merely_names_a_lead_begins_no_record()
    {
        var leadId = Builders.NewId();
        await KeepAsync(Replica(),
        [
            Stored(new AuditRead(new Subject(leadId), "buyer", null, "export", $"lead_id={leadId}", false, null, Builders.Now)),
            Stored(Builders.Update(Builders.NewId()) with { About = new Subject(leadId, Partner: "shop") }),
        ]);

        Assert.Empty(await Store.LeadViews().OfLeadsAsync([leadId], None));
    }

    [Fact]
    public async Task A_message_that_lacks_what_its_contract_demands_is_stored_and_keeps_nobody_from_the_others()
    {
        var leadId = Builders.NewId();
        var odd = StoredMessage.Of(new AuditEntry(Builders.NewId(), "PostbackDue", Builders.Now, new Subject(leadId), null, null, null, """{"about":null,"at":"2026-03-04T05:06:07+00:00"}"""));
        await KeepAsync(Replica(), [odd, Stored(Builders.Submitted(leadId))]);

        Assert.Null(odd.Message);
        Assert.Equal("queued", Assert.Single(await Store.LeadViews().OfLeadsAsync([leadId], None)).End.State);
        Assert.Equal(2, (await Store.Audit().TimelineAsync(leadId, None)).Count);
    }

    private (IAuditLog, LeadViewKeeper) Replica()
    {
        var audit = Store.Audit();
        return (audit, new LeadViewKeeper(audit, Store.LeadViews()));
    }

    /// <summary>As the consumer does, in batches of two.</summary>
    private static async Task<IReadOnlyList<Guid>> KeepAsync((IAuditLog Audit, LeadViewKeeper Views) replica, StoredMessage[] messages)
    {
        List<Guid> forgotten = [];
        foreach (var batch in messages.Chunk(2))
        {
            await replica.Audit.AppendAsync([.. batch.Select(message => message.Entry)], None);
            forgotten.AddRange(await replica.Views.KeepAsync(batch, None));
        }
        return forgotten;
    }

    private static StoredMessage[] Story(Guid leadId, string order)
    {
        var about = Builders.About(leadId, order);
        var postback = Builders.Postback(2_000, label: "accepted") with { DeliveryId = Builders.NewId() };
        return
        [
            Stored(Builders.Submitted(leadId)),
            Stored(Builders.Created(leadId) with { About = about }),
            Stored(Builders.Changed(statusId: "2", at: Builders.Now.AddSeconds(1)) with { About = new Subject(Connection: about.Connection, OrderId: order) }),
            Stored(Builders.Changed(statusId: "3", at: Builders.Now.AddSeconds(2)) with { About = new Subject(Connection: about.Connection, OrderId: order) }),
            Stored(new PostbackDue(about, postback, null, "3", Builders.Now.AddSeconds(2))),
            Stored(new PostbackAttempted(about, postback, null, 1, "https://t.example", 200, "ok", null, null, Builders.Now.AddSeconds(3), 5)),
            Stored(new PostbackDelivered(about, postback, 1, Builders.Now.AddSeconds(3))),
            Stored(new OrderRefused(about with { OrderId = null }, Builders.Submitted(leadId), "late", "late", null, Builders.Now.AddSeconds(-1))),
        ];
    }

    private static StoredMessage Stored(IAudited message)
    {
        var json = System.Text.Json.JsonSerializer.Serialize(message, message.GetType(), SystemTextJsonMessageSerializer.Options);
        return new StoredMessage(new AuditEntry(StableId.Of(json, message.GetType().Name), message.GetType().Name, message.At, message.About, null, null, null, json), message);
    }
}
