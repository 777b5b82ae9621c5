using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using LeadRelay.AuditStore;
using LeadRelay.Contracts;
using LeadRelay.Persistence.Audit;
using LeadRelay.Tests.Rules.Contracts;
using MassTransit.Serialization;

namespace LeadRelay.Tests.Rules.AuditStore;

/// <summary>A lead's messages as the operators' console tells them.</summary>
public class StoryTests
{
    private static readonly Guid LeadId = new("0190163d-8694-739b-aea5-966c26f8ad91");
    private static readonly Subject Order = Builders.About(LeadId, "1001");
    private static readonly DateTimeOffset Later = new(2026, 3, 1, 10, 22, 3, TimeSpan.Zero);
    private static readonly Postback Approve = Builders.Postback(2_000, label: "accepted");
    private static readonly Postback Hold = Builders.Postback(1_000, StatusEvent.Hold, label: "call back") with { Payout = 0 };
    private static readonly SentRequest Get = new("GET", "https://tracker.example/p?c=click-1&key=***", Builders.Nothing, null, null);
    private static readonly SentRequest Post = new("POST", "https://tracker.example/p", Builders.Nothing, "application/json", """{"status":"accepted"}""");
    private static readonly OrderStatusChanged Changed = Builders.Changed() with { StatusGroup = "APPROVED" };
    private static readonly OrderVerificationRequested Asked = new(Order, Builders.NewId(), Changed, Builders.Now);
    private static readonly StatusUpdateRequested Update = Builders.Update(Builders.NewId());
    private static readonly PostbackAttempted Attempted = new(Order, Approve, null, 2, Get.Url, 200, "OK", null, null, Builders.Now, 48, Get);
    private static readonly PostbackJobReported Job = new(new Subject(Campaign: "first"), LeadId, "resend", "running", "postbacks with campaign first", false, 0, 0, null, Builders.Now);
    private static readonly AuditRead Read = new(new Subject(LeadId), "operator", null, "timeline", "", false, null, Builders.Now);
    private static readonly string Call = "Endpoint=https://crm.example/companies/7/CRM|Answer=200, after 12 ms: {}";

    public static TheoryData<IAudited, Tone, string, string> OfLeads => new()
    {
        { Builders.Submitted(LeadId), Tone.Plain, "buyer submitted the lead to first.", "Contact=+491701234567" },
        {
            Builders.Submitted(LeadId) with { Lead = Builders.Lead(("first_name", "Anna"), ("last_name", "Ott"), ("phone", "+491701234567"), ("city", "Ulm"), ("country", "DE"), ("comment", "soon")), Warnings = ["No click id.", "No offer."] },
            Tone.Plain, "buyer submitted the lead to first.", "Name=Anna Ott|Contact=+491701234567|Address=Ulm, DE|Comment=soon|Warnings=No click id. No offer."
        },
        { new LeadRefused(Builders.About(), 422, "invalid_phone", "This is no phone number of DE.", "phone", Builders.Raw("""{"phone":"1"}"""), Builders.Now, "+491"), Tone.Bad,
            "buyer's request to first was refused with 422 (invalid_phone): This is no phone number of DE.", """Field=phone|Phone=+491|Received=POST application/json: {"phone":"1"}""" },
        { new LeadRefused(new Subject(Partner: "buyer"), 400, "malformed", "No JSON.", null, Builders.Raw("/w==") with { Base64 = true }, Builders.Now), Tone.Bad,
            "buyer's request was refused with 400 (malformed): No JSON.", "Received=POST application/json, no text" },
        { new SubmissionConflicted(Order, "a1", "b2", Builders.Now), Tone.Bad, "buyer submitted something else to first under a key that was used before: it changed nothing.", "Hash=a1|Known hash=b2" },
        { new LeadDuplicated(Order, Builders.Submitted(LeadId), LeadId, Builders.Now), Tone.Plain, "Another lead with this phone has order 1001: this one gets none.", $"First lead={LeadId}" },
        { Builders.Created(LeadId) with { Exchange = Builders.Exchange() with { DurationMs = 212 } }, Tone.Good, "Asked SalesRender to make the order: it made order 1001 in 212 ms.",
            "Endpoint=https://crm.example/companies/7/CRM|Answer=200, after 212 ms: {}" },
        { Builders.Created(LeadId) with { Exchange = Builders.Exchange() with { DurationMs = 3449 } }, Tone.Good, "Asked SalesRender to make the order: it made order 1001 in 3.4 s.",
            "Endpoint=https://crm.example/companies/7/CRM|Answer=200, after 3.4 s: {}" },
        { Builders.Created(LeadId) with { Evidence = "look_up" }, Tone.Good, "SalesRender has the order after all: a look found order 1001.", Call },
        { Builders.Created(LeadId) with { Evidence = "webhook", Exchange = null }, Tone.Good, "SalesRender has the order after all: a webhook names the lead with order 1001.", "" },
        { Builders.Created(LeadId) with { Evidence = "operator", Exchange = null }, Tone.Good, "SalesRender has the order after all: an operator says that it is order 1001.", "" },
        { Builders.Created(LeadId) with { Exchange = null }, Tone.Good, "SalesRender has the order: it is order 1001.", "" },
        { Builders.Refused(LeadId), Tone.Bad, "No order was made: no (crm_refused)", "" },
        { Builders.Refused(LeadId) with { Exchange = Builders.Exchange() }, Tone.Bad, "SalesRender refused to make the order: no (crm_refused)", Call },
        { Builders.Refused(LeadId) with { Code = "crm_unreachable", Text = "It was down for 24 hours." }, Tone.Bad, "Gave up asking SalesRender to make the order: It was down for 24 hours.", "" },
        { Builders.InDoubt(LeadId) with { Exchange = Builders.Exchange(null, null, "timed out") with { DurationMs = 10_000 } }, Tone.Bad, "Nobody knows whether SalesRender has the order: timed out",
            "Endpoint=https://crm.example/companies/7/CRM|Answer=none, after 10.0 s" },
        { new OrderWriteDelayed(Order, "It is busy.", 1, Later, Builders.Exchange(null, null, "refused"), Builders.Now), Tone.Waits, "Attempt 1 at SalesRender changed nothing and is made again: It is busy.",
            "Next attempt=2026-03-01 10:22:03|Endpoint=https://crm.example/companies/7/CRM|Answer=none, after 12 ms|Error=refused" },
        { new OrderLookedUp(Order, 2, null, "Not yet; another look follows.", null, Builders.Now), Tone.Waits, "Look 2 for the order in SalesRender: Not yet; another look follows.", "" },
        { new OrderLookedUp(Order, 3, "1001", "It is there.", Builders.Exchange(), Builders.Now), Tone.Good, "Look 3 for the order in SalesRender: it is order 1001. It is there.", Call },
    };

    public static TheoryData<IAudited, Tone, string, string> OfStatuses => new()
    {
        { Update with { Comment = "paid" }, Tone.Plain, "buyer asks for order 1001 to be set to accepted (status 3).", "Comment=paid" },
        { Update with { About = Builders.About(LeadId), StatusId = null }, Tone.Plain, "buyer asks for the lead's order to be set to accepted.", "" },
        { new OrderStatusUpdated(Update.About, Update, Builders.Exchange(), Builders.Now), Tone.Good, "SalesRender set order 1001 to accepted (status 3), as buyer asked, in 12 ms.", Call },
        { new StatusUpdateRefused(Update.About, Update, null, "unknown_order", "No such order.", Builders.Exchange(), Builders.Now), Tone.Bad,
            "buyer asked for order 1001 to be set to accepted (status 3), and it was not: No such order. (unknown_order)", Call },
        { new StatusUpdateRefused(Update.About, null, Builders.Raw("status=x"), "unknown_status", "No such status.", null, Builders.Now), Tone.Bad,
            "buyer's request to set order 1001 to a status was refused: No such status. (unknown_status)", "Received=POST application/json: status=x" },
        { new WebhookRefused(new Subject(Connection: "main"), "no_json", "It is no JSON.", Builders.Raw("<xml>"), Builders.Now), Tone.Bad, "A webhook of main could not be read: It is no JSON. (no_json)", "Received=POST application/json: <xml>" },
        { Changed, Tone.Plain, "SalesRender reports status 3 (APPROVED).", "" },
        { Changed with { StatusGroup = null, Comment = "she\r\n\r\nagreed", Reward = new Reward(12.5m, "EUR"), StatusChangedAt = Later, Findings = ["No id.", "No time."] }, Tone.Plain, "SalesRender reports status 3.",
            "Comment=she agreed|Reward=12.50 EUR|Changed=2026-03-01 10:22:03|Findings=No id. No time." },
        { Changed with { StatusId = null, Reward = new Reward(1200, null) }, Tone.Plain, "SalesRender reports status group APPROVED.", "Reward=1200.00" },
        { Changed with { StatusId = null, StatusGroup = null }, Tone.Plain, "SalesRender reports status unknown.", "" },
        { Asked, Tone.Waits, "SalesRender is asked whether order 1001 really has status 3 (APPROVED): it means money, and nothing is sent before.", "" },
        { new OrderVerified(Order, Asked, "3", null, new Reward(12.5m, "EUR"), null, Builders.Exchange(), Builders.Now), Tone.Good, "SalesRender was asked, and itself has status 3.", $"Reward=12.50 EUR|{Call}" },
        { new OrderVerified(Order, Asked, "2", null, null, null, null, Builders.Now), Tone.Plain, "SalesRender was asked, and itself has status 2.", "" },
        { new OrderVerified(Order, Asked, null, null, null, null, null, Builders.Now), Tone.Bad, "SalesRender was asked, and has no such order.", "" },
        { new OrderVerified(Order, Asked, null, null, null, "The token is refused.", null, Builders.Now), Tone.Bad, "SalesRender could not be asked: The token is refused.", "" },
    };

    public static TheoryData<IAudited, Tone, string, string> OfPostbacks => new()
    {
        { new PostbackDue(Order, Approve with { Comment = "agreed" }, null, "3", Builders.Now), Tone.Plain,
            "A postback is due: accepted (approve), 12.50 EUR, to https://tracker.example, by the entry \"3\" of the status map.", "Comment=agreed" },
        { new PostbackDue(Order, Hold, null, null, Builders.Now), Tone.Plain, "A postback is due: call back (hold), to https://tracker.example, as the order was made.", "" },
        { new PostbackDue(Order, Approve with { Payout = null }, null, "operator", Builders.Now), Tone.Plain,
            "A postback is due: accepted (approve), of unknown payout, to https://tracker.example, as an operator released the status that was held.", "" },
        { Attempted with { Verdict = TrackerVerdict.Credited }, Tone.Good, "Postback, attempt 2: the tracker answered 200 and counted it.",
            "Sent=GET https://tracker.example/p?c=click-1&key=***|Answer=200, after 48 ms: OK" },
        { Attempted with { Verdict = TrackerVerdict.Received, Sent = Post }, Tone.Good, "Postback, attempt 2: the tracker answered 200 and took it; whether it counts it, its own report says.",
            """Sent=POST https://tracker.example/p|Body={"status":"accepted"}|Answer=200, after 48 ms: OK""" },
        { Attempted, Tone.Good, "Postback, attempt 2: the tracker answered 200.", "Sent=GET https://tracker.example/p?c=click-1&key=***|Answer=200, after 48 ms: OK" },
        { Attempted with { Error = "The tracker answered 200, but not to the end." }, Tone.Plain, "Postback, attempt 2: The tracker answered 200, but not to the end.",
            "Sent=GET https://tracker.example/p?c=click-1&key=***|Answer=200, after 48 ms: OK" },
        { Attempted with { Error = "The tracker answered 200, but refused it: no click.", Verdict = TrackerVerdict.Refused }, Tone.Bad, "Postback, attempt 2: The tracker answered 200, but refused it: no click.",
            "Sent=GET https://tracker.example/p?c=click-1&key=***|Answer=200, after 48 ms: OK" },
        { Attempted with { HttpStatus = 503, Response = " ", Error = "The tracker answered 503.", NextAttemptAt = Later, DurationMs = 1000 }, Tone.Waits, "Postback, attempt 2: The tracker answered 503.",
            "Sent=GET https://tracker.example/p?c=click-1&key=***|Answer=503, after 1.0 s|Next attempt=2026-03-01 10:22:03" },
        { Attempted with { HttpStatus = null, Response = null, Error = null, Sent = null, Url = "https://t.example" }, Tone.Bad, "Postback, attempt 2: no answer came.", "Sent=https://t.example|Answer=none, after 48 ms" },
        { new PostbackDelivered(Order, Approve, 2, Builders.Now), Tone.Good, "The tracker has it, after 2 attempts.", "Postback=accepted (approve), 12.50 EUR, to https://tracker.example" },
        { new PostbackDelivered(Order, Hold, 1, Builders.Now), Tone.Good, "The tracker has it, after 1 attempt.", "Postback=call back (hold), to https://tracker.example" },
        { new PostbackFailed(Order, Approve, 8, "The tracker answered 404.", Builders.Now), Tone.Bad, "Given up after 8 attempts: The tracker answered 404.",
            "Postback=accepted (approve), 12.50 EUR, to https://tracker.example" },
        { new PostbackHeld(Order, "77", null, "The status map of first has no entry for \"77\". Add one and this is released.", "hm", 1, Builders.Now), Tone.Waits,
            "Status 77 is not in the status map of first: nothing is sent until it is, or until somebody releases it.", "Comment=hm" },
        { new PostbackHeld(Order, null, "NEW", "2 orders have this click id.", null, 1, Builders.Now), Tone.Waits, "Status group NEW waits: 2 orders have this click id.", "" },
        { Skipped("no_click_id", Builders.Tracker), Tone.Bad, "Nothing was sent to https://tracker.example: why", "Status=accepted (approve)|Decided=by the entry \"3\" of the status map|Comment=hm" },
        { Skipped("ignored", null) with { Event = null, Label = null, Rule = "operator", Comment = null }, Tone.Plain, "Nothing was sent: why", "Decided=as an operator released the status that was held" },
        { Skipped("cancelled", Builders.Tracker) with { Rule = null, Comment = null }, Tone.Plain, "Nothing more is sent to https://tracker.example: why", "Status=accepted (approve)" },
    };

    public static TheoryData<IAudited, Tone, string, string> OfOperators => new()
    {
        { new ResolveInDoubt(Order, "1001", Builders.Now, "I saw it.", Builders.Now), Tone.Plain, "An operator says that SalesRender has the order: it is order 1001.", "Reason=I saw it." },
        { new ResolveInDoubt(Order, null, Builders.Now, null, Builders.Now), Tone.Plain, "An operator says that SalesRender has no order: the lead is to be sent again.", "" },
        { new PostbackResent(Order, Approve with { ResendOf = LeadId }, true, LeadId, "The tracker lost it.", Builders.Now), Tone.Plain,
            "An operator has a postback sent again, just as it was sent before: accepted (approve), 12.50 EUR, to https://tracker.example.", $"Reason=The tracker lost it.|Job={LeadId}" },
        { new PostbackResent(Order, Approve, false, null, null, Builders.Now), Tone.Plain,
            "An operator has a postback sent at once, as the configuration has it today: accepted (approve), 12.50 EUR, to https://tracker.example.", "" },
        { Job, Tone.Plain, "An operator's resend (postbacks with campaign first) has begun.", $"Job={LeadId}" },
        { Job with { State = "done", Looked = 20, Done = 3, Reason = "asked" }, Tone.Good, "An operator's resend (postbacks with campaign first) has ended: 20 looked at, 3 of them done.", $"Reason=asked|Job={LeadId}" },
        { Job with { State = "cancelled", DryRun = true, Kind = "remap", What = "all", Looked = 20, Done = 3 }, Tone.Plain,
            "An operator's remap, a dry run (all) was stopped: 20 looked at, 3 of them would be done.", $"Job={LeadId}" },
        { new PostbackTestRequested(Order, StatusEvent.Approve, "accepted", ["https://a.example", "https://b.example"], Builders.Now), Tone.Plain,
            "An operator tries the postback of first for accepted (approve), to https://a.example, https://b.example.", "" },
        { new PostbackTested(Order, StatusEvent.Approve, "accepted", Builders.Tracker, Get, 200, "OK", null, Builders.Now, 48, TrackerVerdict.Credited), Tone.Good,
            "An operator's try of the postback for accepted (approve), to https://tracker.example: the tracker answered 200 and counted it.", "Sent=GET https://tracker.example/p?c=click-1&key=***|Answer=200, after 48 ms: OK" },
        { new ForgetPerson(Order, "She asked.", Builders.Now), Tone.Plain, "An operator has the person behind the lead forgotten.", "Reason=She asked." },
        { new PersonForgotten(Order, "CrmWriter", true, Builders.Now), Tone.Plain, "CrmWriter has erased what it had of the person.", "" },
        { new PersonForgotten(Order, "CrmWriter", false, Builders.Now), Tone.Waits, "CrmWriter has erased what it can of the person: the lead is still being worked on, and the rest goes with its outcome.", "" },
        { Read, Tone.Plain, "An operator read a lead's timeline.", "" },
        { Read with { What = "search", Personal = true, Filter = "campaign=first", Address = "192.0.2.7" }, Tone.Plain, "An operator searched the audit, with personal data in clear.", "Asked for=campaign=first|From=192.0.2.7" },
        { Read with { Reader = "buyer", What = "export" }, Tone.Plain, "buyer began an export.", "" },
        { Read with { Reader = "buyer", What = "export", Rows = 1 }, Tone.Plain, "buyer was given an export of 1 row.", "" },
        { Read with { What = "forget" }, Tone.Plain, "An operator has a person forgotten.", "" },
        { new MessagesPurged(new Subject(), "AuditRead", Later, 7, Builders.Now), Tone.Plain, "The audit deleted 7 messages of kind AuditRead from before 2026-03-01 10:22:03: their time was over.", "" },
    };

    [Theory]
    [MemberData(nameof(OfLeads))]
    [MemberData(nameof(OfStatuses))]
    [MemberData(nameof(OfPostbacks))]
    [MemberData(nameof(OfOperators))]
    public void A_message_is_told_in_a_sentence_with_the_evidence_under_it(IAudited message, Tone tone, string text, string facts)
    {
        var told = Assert.Single(Story.Of([Entry(message)], personal: true));

        Assert.Equal((text, tone), (told.Text, told.Tone));
        Assert.Equal(facts, string.Join('|', told.Facts.Select(fact => $"{fact.Name}={fact.Value}")));
    }

    public static TheoryData<string> Kinds => [.. StoredMessage.Kinds];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_contract_is_told(string kind)
    {
        var told = Assert.Single(Story.Of([Entry((IAudited)Filled.Of(kind))], personal: false));

        Assert.False(told.Text.StartsWith("A message of kind ", StringComparison.Ordinal), $"Say in services/AuditStore/Console/Telling.cs what a {kind} tells.");
        Assert.True(told.Facts.Count <= 5, "The characters of a page are reckoned with five facts each.");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Who_may_not_see_the_person_is_told_of_it_without_the_person(string kind)
    {
        var told = Written(Story.Of([OfPerson(kind)], personal: false));

        Assert.All(Person, part => Assert.DoesNotContain(part, told, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void Who_may_see_the_person_does()
    {
        var told = Written(Story.Of([.. StoredMessage.Kinds.Select(OfPerson)], personal: true));

        Assert.All(Person, part => Assert.Contains(part, told, StringComparison.OrdinalIgnoreCase));
    }

    public static TheoryData<IAudited, string> OfForgotten => new()
    {
        { Builders.Submitted(LeadId), "buyer submitted the lead to first." },
        { Builders.Refused(LeadId), "No order was made: crm_refused" },
        { Builders.InDoubt(LeadId), "Nobody knows whether SalesRender has the order" },
        { Attempted with { HttpStatus = 503, Error = "The tracker answered 503." }, "Postback, attempt 2: the tracker answered 503." },
        { new PostbackFailed(Order, Approve, 8, "The tracker answered 404.", Builders.Now), "Given up after 8 attempts" },
        { new PostbackHeld(Order, "77", null, "The status map of first has no entry for \"77\".", "hm", 1, Builders.Now), "Status 77 waits" },
    };

    [Theory]
    [MemberData(nameof(OfForgotten))]
    public void Of_a_person_who_was_forgotten_the_story_is_still_told(IAudited message, string text)
    {
        var entry = Entry(message);

        Assert.Equal(text, Assert.Single(Story.Of([entry with { Message = PersonalData.Erase(entry.Message) }], personal: true)).Text);
    }

    [Fact]
    public void Happenings_are_in_the_order_of_the_messages_with_their_times_and_ids()
    {
        AuditEntry[] entries = [Entry(Changed with { At = Later }), Entry(Builders.Created(LeadId))];

        Assert.Equal(entries.Select(entry => (entry.At, entry.Kind, entry.MessageId)), Story.Of(entries, personal: false).Select(told => (told.At, told.Kind, told.MessageId)));
    }

    [Theory]
    [InlineData("LeadTeleported", "{}")]
    [InlineData(nameof(OrderCreated), "{}")]
    [InlineData(nameof(OrderCreated), """{"about":{},"submission":null,"at":"2026-03-01T10:22:03Z"}""")]
    [InlineData(nameof(PostbackAttempted), """{"attempt":"many"}""")]
    [InlineData(nameof(LeadView), "{}")]
    public void What_this_version_cannot_read_is_said_to_be_so(string kind, string message)
    {
        var told = Assert.Single(Story.Of([Entry(Changed) with { Kind = kind, Message = message }], personal: false));

        Assert.Equal((Tone.Plain, $"A message of kind {kind} that this version cannot read: its raw view has it."), (told.Tone, told.Text));
        Assert.Empty(told.Facts);
    }

    [Theory]
    [InlineData("a\r\n\t b", "a b")]
    [InlineData("  a\u00A0\u2003b ", "a b")]
    [InlineData("a\u2028b\u2029c\u0085d\u0000e", "a b c d e")]
    [InlineData("\u202Egnp.exe\u202C", "gnp.exe")]
    [InlineData("\u2066a\u2069\u200E\u061Cb", "a b")]
    [InlineData("a\u200Bb\uFEFFc\u00ADd", "a b c d")]
    [InlineData("Straße 日本 🙂 {0}", "Straße 日本 🙂 {0}")]
    public void A_text_from_outside_stays_on_its_line_in_sentences_and_in_facts(string text, string line)
    {
        var told = Assert.Single(Story.Of([Entry(new PostbackHeld(Order, "77", text, "why", text, 1, Builders.Now))], personal: true));

        Assert.Equal(($"Status 77 ({line}) waits: why", line), (told.Text, Assert.Single(told.Facts).Value));
    }

    [Fact]
    public void A_text_from_outside_is_cut_in_sentences_and_in_facts()
    {
        var smile = string.Concat(Enumerable.Repeat("🙂", 500));
        var told = Assert.Single(Story.Of([Entry(Builders.InDoubt(LeadId) with { Reason = new string('r', 500), Exchange = Builders.Exchange(response: "x" + smile) })], personal: true));

        Assert.Equal($"Nobody knows whether SalesRender has the order: {new string('r', 199)}…", told.Text);
        Assert.Equal(("200, after 12 ms: x" + smile)[..399] + "…", told.Facts[1].Value);
    }

    [Theory]
    [InlineData(1, 400)]
    [InlineData(75, 400)]
    [InlineData(100, 300)]
    [InlineData(500, 60)]
    [InlineData(600, 60)]
    public void The_more_there_is_to_tell_the_shorter_are_the_facts(int messages, int longest)
    {
        var changed = Entry(Changed with { Comment = new string('c', 500), Findings = [new string('f', 500)] });

        var told = Story.Of([.. Enumerable.Repeat(changed, messages)], personal: true);

        Assert.All(told, happening => Assert.All(happening.Facts, fact => Assert.Equal(longest, fact.Value.Length)));
    }

    [Fact]
    public void Whatever_comes_in_a_page_stays_small_and_each_line_a_line()
    {
        string[] parts = ["a", "Ü", " ", "\n", "\u202E", "\u2067", "\u200D", "🙂", "\uD83D", "\uDE42", "\u0301", "{0}", "•", "+49 170 1234567", new('x', 150)];
        var text = Gen.Elements(parts).ListOf().Select(chosen => string.Concat(chosen)).Resize(60);
        var kind = Gen.Elements<IAudited>(Attempted, Changed, Builders.Submitted(LeadId), Builders.Created(LeadId), new PostbackHeld(Order, "77", null, "why", null, 1, Builders.Now));
        var page = from all in kind.SelectMany(message => text.Select(said => Entry(Saying(message, said)))).ListOf(200) from count in Gen.Choose(0, 200) from personal in Gen.Elements(true, false)
                   select (Entries: all.Take(count).ToArray(), Personal: personal);

        Prop.ForAll(page.ToArbitrary(), asked =>
        {
            var told = Story.Of(asked.Entries, asked.Personal);
            var values = told.SelectMany(happening => happening.Facts).Select(fact => fact.Value).ToArray();
            return told.Count == asked.Entries.Length && values.Sum(value => value.Length) <= 60_000 && values.All(value => value.Length is > 0 and <= 400)
                && values.Concat(told.Select(happening => happening.Text)).All(IsLine) && !values.Any(value => value.Contains("  ", StringComparison.Ordinal));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(20));
    }

    /// <summary>What of the person must not be seen.</summary>
    private static readonly string[] Person = ["1701234567", "170 1234567", "Anneliese", "Ottmann", "anneliese@mail.example", "Hauptstrasse 12", "Neustadt", "192.0.2.77"];

    /// <summary>A message of a kind, filled in, with a person wherever it may have one.</summary>
    private static AuditEntry OfPerson(string kind)
    {
        var entry = Entry((IAudited)Filled.Of(kind));
        var message = JsonNode.Parse(entry.Message)!.AsObject();
        Fill(message);
        return entry with { Message = message.ToJsonString() };

        static void Fill(JsonNode? node)
        {
            foreach (var item in node as JsonArray ?? [])
                Fill(item);
            foreach (var (name, inner) in (node as JsonObject ?? []).ToArray())
            {
                node![name] = name switch
                {
                    "fields" => new JsonObject
                    {
                        ["first_name"] = "Anneliese", ["last_name"] = "Ottmann", ["phone"] = "+491701234567", ["email"] = "anneliese@mail.example", ["address"] = "Hauptstrasse 12", ["city"] = "Neustadt",
                        ["comment"] = "Call +49 170 1234567",
                    },
                    "body" => "name=Anneliese&surname=Ottmann&phone=%2B491701234567&address=Hauptstrasse 12",
                    // Of a tracker it is a text, and masked as one.
                    "response" when node["endpoint"] is null => "OK +49 170 1234567",
                    "response" => """{"data":{"order":{"data":{"humanName":"Anneliese Ottmann","phone":"+491701234567","address":"Hauptstrasse 12"}}}}""",
                    "comment" or "text" or "reason" or "error" or "fault" => "Asked by anneliese@mail.example, +49 170 1234567.",
                    "warnings" or "findings" => new JsonArray("01701234567 is no number of AT."),
                    "url" => "https://tracker.example/p?c=click-1&phone=%2B491701234567&name=Anneliese&address=Hauptstrasse 12",
                    "phone" => "+491701234567",
                    "address" => "192.0.2.77",
                    "base64" => false,
                    _ => inner?.DeepClone(),
                };
                if (name is not "fields")
                    Fill(node[name]);
            }
        }
    }

    private static IAudited Saying(IAudited message, string text) => message switch
    {
        PostbackAttempted m => m with { Response = text, Error = text, Url = text, Sent = new SentRequest("POST", text, Builders.Nothing, text, text) },
        OrderStatusChanged m => m with { StatusId = text, Comment = text, Findings = [text, text], StatusGroup = text },
        LeadSubmitted m => m with { Lead = Builders.Lead(("first_name", text), ("phone", text), ("address", text), ("comment", text)), Warnings = [text, text, text] },
        OrderCreated m => m with { Exchange = Builders.Exchange(response: text, error: text), Evidence = text },
        PostbackHeld m => m with { StatusId = text, Reason = text, Comment = text },
        _ => throw new ArgumentException("It has no text.", nameof(message)),
    };

    /// <summary>Whole characters, all of them to be seen.</summary>
    private static bool IsLine(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!Rune.TryGetRuneAt(text, i, out var rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
                return false;
            i += rune.Utf16SequenceLength - 1;
        }
        return true;
    }

    private static string Written(IEnumerable<Happening> story) => string.Join('\n', story.SelectMany(told => told.Facts.Select(fact => fact.Value).Prepend(told.Text)));

    private static PostbackSkipped Skipped(string reason, string? target) => new(Order, StatusEvent.Approve, "accepted", target, reason, "why", "hm", 1, Builders.Now, "3");

    private static AuditEntry Entry(IAudited message) => new(Builders.NewId(), message.GetType().Name, message.At, message.About, null, null, null,
        JsonSerializer.Serialize(message, message.GetType(), SystemTextJsonMessageSerializer.Options));
}
