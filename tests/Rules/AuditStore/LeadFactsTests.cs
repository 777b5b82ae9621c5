using FsCheck;
using FsCheck.Fluent;
using LeadRelay.AuditStore;
using LeadRelay.Contracts;
using LeadRelay.Persistence.Audit;

namespace LeadRelay.Tests.Rules.AuditStore;

/// <summary>What a partner sees of a lead, out of its messages.</summary>
public class LeadFactsTests
{
    private static readonly Guid LeadId = new("0190163d-8694-739b-aea5-966c26f8ad91");
    private static readonly LeadSubmitted Submitted = Builders.Submitted(LeadId);
    private static readonly Postback Hold = Builders.Postback(1_000, StatusEvent.Hold) with { Payout = 0, Comment = "later" };
    private static readonly Postback Approve = Builders.Postback(2_000, label: "accepted");

    [Fact]
    public void Nothing_is_known_of_a_lead_without_messages()
    {
        var view = View([]);

        Assert.Equal((LeadId, null, null, "queued"), (view.LeadId, view.Partner, view.OrderId, view.State));
        Assert.Empty(view.History);
        Assert.Empty(view.Postbacks);
    }

    public static TheoryData<string, IAudited[], string> States => new()
    {
        { "submitted", [Submitted], "queued" },
        { "delayed", [Submitted, new OrderWriteDelayed(Submitted.About, "busy", 1, At(9), null, At(1))], "queued" },
        { "made", [Submitted, Created(1)], "created" },
        { "refused", [Submitted, Refused(1)], "refused" },
        { "in doubt", [Submitted, InDoubt(1)], "in_doubt" },
        { "in doubt, then made", [Submitted, InDoubt(1), Created(2)], "created" },
        { "made, then a late doubt", [Submitted, Created(1), InDoubt(2)], "created" },
        { "refused, then submitted again", [Submitted, Refused(1), Submitted with { At = At(2) }], "queued" },
        { "refused, submitted again, made", [Submitted, Refused(1), Submitted with { At = At(2) }, Created(3)], "created" },
        { "refused, submitted again, refused", [Submitted, Refused(1), Submitted with { At = At(2) }, Refused(3)], "refused" },
        { "submitted and refused at the same instant", [Submitted, Refused(0)], "refused" },
    };

    [Theory]
    [MemberData(nameof(States))]
    public void The_state_is_the_latest_word_and_an_order_outlasts_all(string name, IAudited[] messages, string state)
    {
        Assert.NotEqual("", name);
        var view = View(messages);

        Assert.Equal((state, "buyer", "first", "click-1"), (view.State, view.Partner, view.Campaign, view.ClickId));
        Assert.Equal(state is "created" ? "1001" : null, view.OrderId);
        Assert.Equal(state is "refused" or "in_doubt", view.Reason is not null);
    }

    [Fact]
    public void A_repeat_of_a_submission_changes_nothing_of_what_has_become_of_it()
    {
        var duplicated = new LeadDuplicated(Submitted.About with { OrderId = "1001" }, Submitted, Builders.NewId(), At(1));
        var again = Submitted with { At = At(5) };

        Assert.Equal(("duplicate", "1001"), (View([Submitted, duplicated, again]).State, View([again, duplicated, Submitted]).OrderId));
        Assert.Equal("in_doubt", View([Submitted, InDoubt(1), again]).State);
    }

    [Fact]
    public void A_webhook_of_another_company_that_names_the_lead_says_nothing_of_it()
    {
        var foreign = Builders.Changed(statusId: "5", at: At(3)) with { About = new Subject(LeadId, "other", "77") };

        Assert.Equal("3", Assert.Single(View([foreign, Submitted, Created(1), Builders.Changed(statusId: "3", at: At(2))]).History).StatusId);
    }

    [Fact]
    public void The_latest_status_is_that_of_the_highest_sequence_also_where_nothing_was_sent_for_it()
    {
        var view = View([Submitted, Created(1), Attempted(Approve, 2), Skipped(StatusEvent.Cancel, "rejected", "not_subscribed", 3_000, 3), Attempted(Hold, 4)]);

        Assert.Equal(("rejected", StatusEvent.Cancel), (view.Label, view.Event));
        Assert.Equal((12.50m, "EUR"), (view.Payout!.Value, view.Currency));
    }

    [Fact]
    public void What_was_superseded_is_not_the_latest_status() =>
        Assert.Equal("hold", View([Submitted, Attempted(Hold, 1), Skipped(StatusEvent.Approve, "accepted", "superseded", 9_000, 2)]).Label);

    [Theory]
    [InlineData("delivered")]
    [InlineData("failed")]
    [InlineData("retrying")]
    public void A_postback_is_shown_once_with_its_last_attempt(string outcome)
    {
        List<IAudited> messages = [Submitted, Attempted(Approve, 1, 1, "first"), Attempted(Approve, 2, 2, "second")];
        if (outcome is "delivered") messages.Add(new PostbackDelivered(Submitted.About, Approve, 2, At(3)));
        if (outcome is "failed") messages.Add(new PostbackFailed(Submitted.About, Approve, 2, "no", At(3)));

        var postback = Assert.Single(View(messages).Postbacks);

        Assert.Equal((outcome, 2, "second", "accepted"), (postback.Outcome, postback.Attempts, postback.Url, postback.Label));
    }

    [Fact]
    public void What_the_tracker_made_of_a_postback_is_shown_as_the_last_attempt_says()
    {
        var refused = Attempted(Approve, 1) with { Error = "The tracker answered 200, but refused it: Broken clickid.", Verdict = TrackerVerdict.Refused };
        var credited = Attempted(Approve, 2, 2) with { Verdict = TrackerVerdict.Credited };

        var failed = Assert.Single(View([Submitted, refused, new PostbackFailed(Submitted.About, Approve, 1, refused.Error, At(1))]).Postbacks);
        var counted = Assert.Single(View([Submitted, credited, refused, new PostbackDelivered(Submitted.About, Approve, 2, At(2), TrackerVerdict.Credited)]).Postbacks);

        Assert.Equal(("failed", TrackerVerdict.Refused, refused.Error, 200), (failed.Outcome, failed.Verdict, failed.Reason, failed.HttpStatus));
        Assert.Equal(("delivered", TrackerVerdict.Credited, null), (counted.Outcome, counted.Verdict, counted.Reason));
    }

    [Fact]
    public void A_view_that_was_stored_before_there_were_verdicts_is_read_all_the_same()
    {
        IAudited[] messages = [Submitted, Attempted(Approve, 1) with { Verdict = TrackerVerdict.Credited }];
        var stored = Facts(messages).Store(LeadId, 1);
        var older = stored with { Facts = stored.Facts.Replace(",\"verdict\":\"credited\"", "", StringComparison.Ordinal) };

        Assert.NotEqual(stored, older);
        Assert.Equal(TrackerVerdict.Credited, Assert.Single(LeadFacts.Of(stored).View(stored).Postbacks).Verdict);
        Assert.Equal((null, 200), Assert.Single(LeadFacts.Of(older).View(older).Postbacks) is var shown ? (shown.Verdict, shown.HttpStatus) : default);
    }

    [Fact]
    public void A_postback_that_is_due_is_shown_before_its_first_attempt_and_what_became_of_it_in_its_place()
    {
        var due = new PostbackDue(Submitted.About, Approve, null, "3", At(1));
        var gaveWay = new PostbackSkipped(Submitted.About, Approve.Event, Approve.Label, Approve.Target, "superseded", "A newer one goes.", null, Approve.Sequence, At(2), "3");

        var waiting = Assert.Single(View([Submitted, due]).Postbacks);
        var delivered = Assert.Single(View([Submitted, due, Attempted(Approve, 2), new PostbackDelivered(Submitted.About, Approve, 1, At(2))]).Postbacks);
        var superseded = Assert.Single(View([Submitted, due, gaveWay]).Postbacks);

        Assert.Equal(("waiting", 0, Builders.Tracker, "3"), (waiting.Outcome, waiting.Attempts, waiting.Target, waiting.Rule));
        Assert.Equal(("delivered", 1, "3"), (delivered.Outcome, delivered.Attempts, delivered.Rule));
        Assert.Equal(("skipped", "A newer one goes."), (superseded.Outcome, superseded.Reason));
    }

    [Fact]
    public void What_an_operator_says_of_a_cancellation_is_not_shown_to_the_partner()
    {
        var cancelled = new PostbackSkipped(Submitted.About, Approve.Event, Approve.Label, Approve.Target, "cancelled", "An operator cancelled it: suspect fraud", null, Approve.Sequence, At(2));

        Assert.Equal("The operator cancelled it.", Assert.Single(View([Submitted, cancelled]).Postbacks).Reason);
    }

    [Fact]
    public void A_resend_is_shown_beside_what_it_repeats_and_a_test_not_at_all()
    {
        var again = Approve with { DeliveryId = Builders.NewId(), ResendOf = Approve.DeliveryId };
        var test = new PostbackTested(Submitted.About, StatusEvent.Trash, "trash", Builders.Tracker, new SentRequest("GET", "u", new Dictionary<string, string>(), null, null), 200, "", null, At(9), 1);

        var view = View([Submitted, Attempted(Approve, 1), new PostbackFailed(Submitted.About, Approve, 9, "no", At(2)), new PostbackResent(Submitted.About, again, true, null, null, At(3)), test]);

        Assert.Equal(["failed", "waiting"], view.Postbacks.Select(p => p.Outcome));
        Assert.Equal("accepted", view.Label);
    }

    [Fact]
    public void Why_nothing_was_sent_is_shown()
    {
        var held = new PostbackHeld(Submitted.About, "77", null, "no entry", null, 1, At(1));

        var postbacks = View([Submitted, held, Skipped(null, null, "ignored", 2, 2)]).Postbacks;

        Assert.Equal([("held", "no entry"), ("skipped", "ignored text")], postbacks.Select(p => (p.Outcome, p.Reason!)));
    }

    [Fact]
    public void The_history_is_in_order_with_SalesRenders_times_where_it_has_them()
    {
        var view = View([Builders.Changed(statusId: "3", at: At(20), changedAt: At(15)), Builders.Changed(statusId: "2", at: At(10))]);

        Assert.Equal([("2", At(10)), ("3", At(15))], view.History.Select(s => (s.StatusId!, s.At)));
    }

    [Fact]
    public void The_order_of_the_messages_does_not_matter_even_at_the_same_instant()
    {
        // Three instants for a dozen messages: many of them tie.
        IAudited[] all =
        [
            Submitted, Submitted with { About = Submitted.About with { ClickId = "other" } }, Refused(0), InDoubt(0), Created(1), Created(1) with { About = Builders.About(LeadId, "1002") },
            Attempted(Hold, 1), Attempted(Approve, 1), Attempted(Approve, 2, 2), new PostbackDelivered(Submitted.About, Approve, 2, At(2)), Attempted(Builders.Postback(2_000, StatusEvent.Cancel), 2),
            Skipped(StatusEvent.Wait, "wait", "repeat", 2_000, 1), Skipped(StatusEvent.Hold, "hold", "repeat", 2_000, 1), new PostbackHeld(Submitted.About, "77", null, "no entry", null, 1, At(2)),
            new PostbackDue(Submitted.About, Hold, null, "2", At(0)), new PostbackDue(Submitted.About, Approve, null, "3", At(1)), new PostbackResent(Submitted.About, Hold, false, null, null, At(1)),
            Builders.Changed(statusId: "2", at: At(1)), Builders.Changed(statusId: "3", at: At(1)),
        ];
        var cases = Gen.SubListOf(all).SelectMany(some => Gen.Shuffle(some.ToArray()), (some, shuffled) => (some.ToArray(), shuffled));

        Prop.ForAll(cases.ToArbitrary(), c => Written(c.Item1) == Written(c.shuffled)).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

        static string Written(IEnumerable<IAudited> messages) => System.Text.Json.JsonSerializer.Serialize(View(messages));
    }

    [Theory]
    [InlineData(1, 50)]
    [InlineData(100, 50)]
    [InlineData(500, 10)]
    [InlineData(5_000, 5)]
    public void A_view_shows_the_newest_and_fewer_where_there_are_many_views(int views, int shown)
    {
        IAudited[] all = [Submitted, .. Enumerable.Range(1, 80).SelectMany(i => new IAudited[]
        {
            Builders.Changed(statusId: $"{i}", at: At(i)), Attempted(Builders.Postback(i * 1_000) with { DeliveryId = Guid.CreateVersion7() }, i, url: $"{i}"),
        })];

        var view = View(all, LeadFacts.MostOfEach(views));

        Assert.Equal(Enumerable.Range(81 - shown, shown).Select(i => $"{i}"), view.History.Select(s => s.StatusId));
        Assert.Equal(Enumerable.Range(81 - shown, shown).Select(i => $"{i}"), view.Postbacks.Select(p => p.Url));
    }

    [Fact]
    public void Of_a_forgotten_person_no_text_stays_and_none_comes_back_whatever_order_the_messages_come_in()
    {
        var forget = new ForgetPerson(Submitted.About, null, At(3));
        IAudited[] all = [Submitted, Created(1), Builders.Changed(statusId: "3", at: At(2)) with { Comment = "Anna called back" }, Attempted(Approve with { Comment = "Anna said yes" }, 2, url: "https://t.example/p?reason=Anna") with { Response = "Anna" }];

        foreach (var messages in new[] { all.Append(forget), all.Prepend(forget) })
        {
            var facts = Facts(messages);
            Assert.True(facts.Forgotten);
            Assert.DoesNotContain("Anna", facts.Store(LeadId, 0).Facts, StringComparison.Ordinal);
            Assert.Equal(("created", "accepted", 12.50m), (facts.Store(LeadId, 0).End.State, facts.Store(LeadId, 0).End.Label, facts.Money!.Value.Payout));
        }
    }

    [Fact]
    public void A_record_that_was_stored_is_gone_on_with_as_if_it_had_never_been_put_away()
    {
        IAudited[] all = [Submitted, Created(1), new PostbackDue(Submitted.About, Approve, null, "3", At(1)), Attempted(Approve, 2), new PostbackDelivered(Submitted.About, Approve, 1, At(3)), Builders.Changed(statusId: "3", at: At(2)), Skipped(StatusEvent.Hold, "hold", "repeat", 2_500, 2)];
        StoredView? stored = null;
        foreach (var message in all)
        {
            var facts = stored is null ? new LeadFacts() : LeadFacts.Of(stored);
            facts.Add(IdOf(message), message);
            stored = facts.Store(LeadId, 1);
        }

        Assert.Equal(Facts(all).Store(LeadId, 1), stored);
        Assert.Equal(("created", 1, 0), (stored!.End.State, stored.Delivered, stored.Failed));
    }

    private static LeadFacts Facts(IEnumerable<IAudited> messages)
    {
        var facts = new LeadFacts();
        foreach (var message in messages)
            facts.Add(IdOf(message), message);
        return facts;
    }

    private static LeadView View(IEnumerable<IAudited> messages, int most = 50)
    {
        var facts = Facts(messages);
        return facts.View(facts.Store(LeadId, 0), most);
    }

    /// <summary>Follows from the message, as the relay's own do.</summary>
    private static Guid IdOf(IAudited message) => StableId.Of(System.Text.Json.JsonSerializer.Serialize(message, message.GetType()), message.GetType().Name);

    private static DateTimeOffset At(int second) => Builders.Now.AddSeconds(second);

    private static OrderCreated Created(int second) => Builders.Created(LeadId) with { At = At(second) };

    private static OrderRefused Refused(int second) => Builders.Refused(LeadId) with { At = At(second) };

    private static OrderInDoubt InDoubt(int second) => new(Submitted.About, Submitted, "timed out", null, At(second));

    private static PostbackAttempted Attempted(Postback postback, int second, int attempt = 1, string url = "url") =>
        new(Submitted.About, postback, null, attempt, url, 200, "ok", null, null, At(second), 5);

    private static PostbackSkipped Skipped(StatusEvent? statusEvent, string? label, string reason, long sequence, int second) =>
        new(Submitted.About, statusEvent, label, null, reason, reason + " text", null, sequence, At(second));
}
