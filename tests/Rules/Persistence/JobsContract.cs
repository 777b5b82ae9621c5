using LeadRelay.Contracts;
using LeadRelay.Persistence.Postbacks;

namespace LeadRelay.Tests.Rules.Persistence;

/// <summary>The operators' jobs: one worker at a time, and how far it is outlives it.</summary>
public abstract class JobsContract(IStoreUnderTest store) : StoreContract(store)
{
    [Fact]
    public async Task A_job_is_worked_on_by_one_and_goes_on_where_it_was()
    {
        var (one, other, job) = (Store.Postbacks(), Store.Postbacks(), New());
        await one.AddJobAsync(job, [Builders.Event()], None);
        await other.AddJobAsync(job with { Reason = "again" }, [Builders.Event()], None);
        Assert.Single(await one.LeftOverAsync(TimeSpan.Zero, 10, None));

        var claim = await one.ClaimJobAsync(Over, None);
        Assert.Equal(job, claim!.Job);
        Assert.True(await one.ReportJobAsync(claim, job with { After = "7", Looked = 5, Done = 3, Refused = 2 }, Over, [], None));

        var taken = await other.ClaimJobAsync(Ages, None);
        Assert.Equal(("7", 5, 3, 2), (taken!.Job.After, taken.Job.Looked, taken.Job.Done, taken.Job.Refused));
        Assert.Null(await one.ClaimJobAsync(Ages, None));
        Assert.False(await one.ReportJobAsync(claim, job with { Looked = 99 }, Ages, [Builders.Event()], None));
        Assert.True(await other.ReportJobAsync(taken, taken.Job with { State = JobState.Done }, Ages, [Builders.Event()], None));

        Assert.Null(await one.ClaimJobAsync(Ages, None));
        Assert.Equal((JobState.Done, 5), (Assert.Single(await one.JobsAsync(job.Id, 10, None)).State, Assert.Single(await one.JobsAsync(null, 10, None)).Looked));
        Assert.Equal(2, (await one.LeftOverAsync(TimeSpan.Zero, 10, None)).Count);
    }

    [Fact]
    public async Task A_report_keeps_the_lease()
    {
        var (ledger, job) = (Store.Postbacks(), New());
        await ledger.AddJobAsync(job, [], None);
        var claim = await ledger.ClaimJobAsync(Over, None);

        Assert.True(await ledger.ReportJobAsync(claim!, job with { Looked = 1 }, Ages, [], None));

        Assert.Null(await Store.Postbacks().ClaimJobAsync(Ages, None));
    }

    [Fact]
    public async Task A_job_that_is_called_off_ends_for_whoever_works_on_it()
    {
        var (ledger, job) = (Store.Postbacks(), New());
        await ledger.AddJobAsync(job, [], None);
        var claim = await ledger.ClaimJobAsync(Ages, None);

        Assert.True(await ledger.CancelJobAsync(job.Id, [Builders.Event()], None));
        Assert.False(await ledger.CancelJobAsync(job.Id, [Builders.Event()], None));
        Assert.False(await ledger.CancelJobAsync(Builders.NewId(), [Builders.Event()], None));

        Assert.False(await ledger.ReportJobAsync(claim!, job with { Looked = 1 }, Ages, [], None));
        Assert.Equal(JobState.Cancelled, Assert.Single(await ledger.JobsAsync(job.Id, 1, None)).State);
        Assert.Single(await ledger.LeftOverAsync(TimeSpan.Zero, 10, None));
    }

    [Fact]
    public async Task The_oldest_job_comes_first_and_the_newest_is_shown_first()
    {
        var (ledger, older, newer) = (Store.Postbacks(), New(), New());
        await ledger.AddJobAsync(older, [], None);
        await ledger.AddJobAsync(newer, [], None);

        Assert.Equal([newer.Id, older.Id], (await ledger.JobsAsync(null, 10, None)).Select(job => job.Id));
        Assert.Equal(newer.Id, Assert.Single(await ledger.JobsAsync(null, 1, None)).Id);
        Assert.Equal([older.Id, newer.Id], new[] { (await ledger.ClaimJobAsync(Ages, None))!.Job.Id, (await ledger.ClaimJobAsync(Ages, None))!.Job.Id });
    }

    [Fact]
    public async Task A_release_comes_back_whole()
    {
        var (ledger, job) = (Store.Postbacks(), new Job(Builders.NewId(), JobKind.Release, null, "first", true, false, "sure", Builders.Now, Status: "group:APPROVED", Label: "bought", Event: StatusEvent.Approve));
        await ledger.AddJobAsync(job, [], None);

        Assert.Equal(job, (await ledger.ClaimJobAsync(Over, None))!.Job);
    }

    private static Job New() => new(Builders.NewId(), JobKind.Resend, new DeliveryFilter("first", State: DeliveryState.Failed), null, false, true, "lost", Builders.Now);
}
