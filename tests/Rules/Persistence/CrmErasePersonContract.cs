using LeadRelay.Contracts;
using LeadRelay.Persistence;
using LeadRelay.Persistence.Crm;

namespace LeadRelay.Tests.Rules.Persistence;

/// <summary>A person is forgotten: at once where a record has its outcome, with the outcome where it has none yet.</summary>
public abstract class CrmErasePersonContract(IStoreUnderTest store) : StoreContract(store)
{
    private const string Anna = "Anna-Personowa";

    [Fact]
    public async Task Of_an_unknown_lead_nothing_is_told()
    {
        var (ledger, update) = (Store.Crm(), CrmWork.Update());
        await ledger.AcceptAsync(update, null, None);

        Assert.Null(await EraseAsync(ledger, Builders.NewId()));
        Assert.Null(await EraseAsync(ledger, update.Id));
        Assert.Empty(await ledger.LeftOverAsync(TimeSpan.Zero, 10, None));
    }

    [Theory]
    [InlineData(WorkState.Done)]
    [InlineData(WorkState.Refused)]
    public async Task A_lead_that_has_its_outcome_is_erased_at_once_and_stays_what_it_was(WorkState state)
    {
        var (ledger, lead, other) = (Store.Crm(), Lead(), Lead());
        await SettleAsync(ledger, lead, state);
        await SettleAsync(ledger, other, WorkState.Done, "1002");
        var before = await ledger.FindLeadAsync(lead.Id, None);

        Assert.True(await EraseAsync(ledger, lead.Id));
        Assert.True(await EraseAsync(Store.Crm(), lead.Id));

        var after = (await ledger.FindLeadAsync(lead.Id, None))!;
        AssertErased(after);
        Assert.Equal((before!.State, before.BodyHash, before.Round, before.Attempt, before.Message.About, before.Outcome!.About, before.Outcome.At),
            (after.State, after.BodyHash, after.Round, after.Attempt, after.Message.About, after.Outcome!.About, after.Outcome.At));
        Assert.False((await ledger.AcceptAsync(lead, null, None)).IsNew);
        Assert.Contains(Anna, Text((await ledger.FindLeadAsync(other.Id, None))!), StringComparison.Ordinal);
        if (state is WorkState.Done)
            Assert.Equal(lead.Id, (await ledger.FindOrderAsync("main", "1001", None))?.LeadId);
    }

    [Fact]
    public async Task It_is_told_together_with_the_erasure()
    {
        var (ledger, lead, told) = (Store.Crm(), Lead(), Builders.Event());
        await SettleAsync(ledger, lead, WorkState.Done);

        await ledger.ErasePersonAsync(lead.Id, _ => told, None);

        Assert.Contains(told.Id, (await ledger.LeftOverAsync(TimeSpan.Zero, 10, None)).Select(e => e.Id));
    }

    [Theory]
    [InlineData(WorkState.Done)]
    [InlineData(WorkState.Refused)]
    public async Task A_lead_that_is_still_worked_on_keeps_what_it_needs_and_is_erased_with_its_outcome(WorkState state)
    {
        var (ledger, lead) = (Store.Crm(), Lead());
        await ledger.AcceptAsync(lead, null, None);
        Assert.False(await EraseAsync(ledger, lead.Id));
        var claim = Assert.Single(await ledger.ClaimAsync(10, Ages, ClaimLimits.None, None));
        Assert.Contains(Anna, MessageJson.Write(claim.Message), StringComparison.Ordinal);
        Assert.False(await EraseAsync(ledger, lead.Id));
        await ledger.SettleAsync(claim, WorkState.Waiting, null, TimeSpan.Zero, [Builders.Event()], None);
        claim = Assert.Single(await ledger.ClaimAsync(10, Ages, ClaimLimits.None, None));
        Assert.Contains(Anna, MessageJson.Write(claim.Message), StringComparison.Ordinal);

        var told = Builders.Event(Outcome(lead, state, "1001"));
        await ledger.SettleAsync(claim, state, "1001", null, [told], None);

        AssertErased((await ledger.FindLeadAsync(lead.Id, None))!);
        Assert.True(await EraseAsync(ledger, lead.Id));
        // Who is told the outcome is told all of it; who keeps that forgets for himself.
        Assert.Contains(Anna, MessageJson.Write((await ledger.LeftOverAsync(TimeSpan.Zero, 10, None)).Single(e => e.Id == told.Id).Message), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public async Task A_doubt_is_erased_with_its_end_and_so_is_the_look_into_it(bool isForgottenBefore, bool isLookedInto)
    {
        var (ledger, lead) = (Store.Crm(), Lead());
        var claim = await ledger.AcceptAndClaimAsync(lead);
        if (isForgottenBefore)
            Assert.False(await EraseAsync(ledger, lead.Id));
        await ledger.SettleAsync(claim, WorkState.InDoubt, null, TimeSpan.Zero, [Builders.Event(InDoubt(lead))], None);
        var doubt = (await ledger.FindLeadAsync(lead.Id, None))!;
        var look = isLookedInto ? Assert.Single(await ledger.ClaimAsync(10, Ages, ClaimLimits.None, None)) : null;
        if (!isForgottenBefore)
            Assert.False(await EraseAsync(ledger, lead.Id));
        Assert.Contains(Anna, Text((await ledger.FindLeadAsync(lead.Id, None))!), StringComparison.Ordinal);

        await ledger.ResolveAsync(doubt, WorkState.Done, "1001", [Builders.Event(Outcome(lead, WorkState.Done, "1001"))], None);

        AssertErased((await ledger.FindLeadAsync(lead.Id, None))!);
        if (look is not null)
        {
            Assert.False(await EraseAsync(ledger, lead.Id));
            await ledger.SettleAsync(look, WorkState.Done, null, null, [Builders.Event(InDoubt(lead))], None);
        }
        AssertErased(await KnownAsync(ledger, doubt.LookUpId));
        Assert.True(await EraseAsync(ledger, lead.Id));
    }

    [Fact]
    public async Task Updates_and_verifications_of_the_order_are_erased_and_those_of_others_are_not()
    {
        var (ledger, lead) = (Store.Crm(), Lead());
        await SettleAsync(ledger, lead, WorkState.Done);
        NewWork[] mine = [Update("1001", lead.Id), Update("1001"), Verify("1001", null), Verify("1009", lead.Id)];
        NewWork[] others = [Update("1002"), Verify("1002", Builders.NewId())];
        foreach (var work in mine.Concat(others))
        {
            var claim = await ledger.AcceptAndClaimAsync(work);
            await ledger.SettleAsync(claim, WorkState.Done, null, null, [Builders.Event(work.Message)], None);
        }

        Assert.True(await EraseAsync(ledger, lead.Id));

        foreach (var work in mine)
            AssertErased(await KnownAsync(ledger, work.Id));
        foreach (var work in others)
            Assert.Contains(Anna, Text(await KnownAsync(ledger, work.Id)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_update_that_waits_is_erased_as_a_newer_one_takes_its_place()
    {
        var (ledger, lead, waiting) = (Store.Crm(), Lead(), Update("1001"));
        await SettleAsync(ledger, lead, WorkState.Done);
        await ledger.AcceptAsync(waiting, null, None);
        Assert.False(await EraseAsync(ledger, lead.Id));
        Assert.Contains(Anna, Text(await KnownAsync(ledger, waiting.Id)), StringComparison.Ordinal);

        await ledger.AcceptAsync(Update("1001") with { Supersede = work => Builders.Event(work.Message) }, null, None);

        AssertErased(await KnownAsync(ledger, waiting.Id));
    }

    [Fact]
    public async Task A_refused_lead_that_is_submitted_again_is_somebody_new()
    {
        var (ledger, lead) = (Store.Crm(), Lead());
        await SettleAsync(ledger, lead, WorkState.Refused);
        Assert.True(await EraseAsync(ledger, lead.Id));

        await SettleAsync(ledger, lead with { MessageId = Builders.NewId() }, WorkState.Done);

        Assert.Contains(Anna, MessageJson.Write((await ledger.FindLeadAsync(lead.Id, None))!.Message), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_goes_first_with_its_phone_no_more()
    {
        var (ledger, lead, rule) = (Store.Crm(), Lead(), new DuplicateRule("first", "+491701234567", Ages));
        await SettleAsync(ledger, lead with { Duplicates = rule }, WorkState.Done);
        Assert.Equal(lead.Id, (await ledger.AcceptAsync(Lead() with { Duplicates = rule }, null, None)).Work.WaitsFor);

        await EraseAsync(ledger, lead.Id);

        Assert.Null((await ledger.AcceptAsync(Lead() with { Duplicates = rule }, null, None)).Work.WaitsFor);
    }

    /// <summary>Whether all of it is erased; null when there is no such lead.</summary>
    private static async Task<bool?> EraseAsync(ICrmLedger ledger, Guid leadId)
    {
        bool? complete = null;
        var isKnown = await ledger.ErasePersonAsync(leadId, isComplete => Builders.Event(new PersonForgotten(Builders.About(leadId), "CrmWriter", (complete = isComplete).Value, Builders.Now)), None);
        Assert.Equal(complete is not null, isKnown);
        return complete;
    }

    private static NewWork Lead()
    {
        var work = CrmWork.Create();
        return work with { Message = Submitted(work.Id) };
    }

    private static LeadSubmitted Submitted(Guid leadId) => Builders.Submitted(leadId) with
    {
        Lead = Builders.Lead(("phone", "+491701234567"), ("first_name", Anna), ("click_id", "click-1")),
        Raw = Builders.Raw($$"""{"name":"{{Anna}}","click_id":"click-1"}"""),
    };

    private static NewWork Update(string orderId, Guid? leadId = null)
    {
        var work = CrmWork.Update(orderId);
        return work with { Message = (StatusUpdateRequested)work.Message with { About = Builders.About(leadId, orderId), Comment = Anna } };
    }

    private static NewWork Verify(string orderId, Guid? leadId)
    {
        var changed = Builders.Changed(orderId) with { Raw = Builders.Raw($$$"""{"id":"{{{orderId}}}","data":{"humanNameFields":[{"value":{"firstName":"{{{Anna}}}"}}]}}""") };
        return new NewWork(Builders.NewId(), WorkKind.Verify, Builders.NewId(), new OrderVerificationRequested(Builders.About(leadId, orderId), Builders.NewId(), changed, Builders.Now), null);
    }

    private static IAudited Outcome(NewWork lead, WorkState state, string orderId) => state is WorkState.Done
        ? Builders.Created(lead.Id, orderId) with { Submission = Submitted(lead.Id) }
        : Builders.Refused(lead.Id) with { Submission = Submitted(lead.Id) };

    private static OrderInDoubt InDoubt(NewWork lead) => Builders.InDoubt(lead.Id) with { Submission = Submitted(lead.Id) };

    private static async Task SettleAsync(ICrmLedger ledger, NewWork lead, WorkState state, string orderId = "1001")
    {
        var claim = await ledger.AcceptAndClaimAsync(lead);
        Assert.NotNull(await ledger.SettleAsync(claim, state, state is WorkState.Done ? orderId : null, null, [Builders.Event(Outcome(lead, state, orderId))], None));
    }

    /// <summary>A known request is returned as it stands.</summary>
    private static async Task<Work> KnownAsync(ICrmLedger ledger, Guid id)
    {
        var known = await ledger.AcceptAsync(CrmWork.Update() with { Id = id }, null, None);
        Assert.False(known.Work.State is WorkState.Refused, "Accepting it would begin it anew.");
        return known.Work;
    }

    private static string Text(Work work) => MessageJson.Write(work.Message) + (work.Outcome is null ? "" : MessageJson.Write(work.Outcome));

    private static void AssertErased(Work work)
    {
        Assert.DoesNotContain(Anna, Text(work), StringComparison.Ordinal);
        Assert.DoesNotContain("+491701234567", Text(work), StringComparison.Ordinal);
    }
}
