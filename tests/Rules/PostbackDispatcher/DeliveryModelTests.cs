using FsCheck;
using FsCheck.Fluent;
using LeadRelay.Contracts;
using LeadRelay.Persistence.Postbacks;
using static LeadRelay.Tests.Rules.PostbackDispatcher.Changes;

namespace LeadRelay.Tests.Rules.PostbackDispatcher;

/// <summary>
/// Whatever happens between the status changes of an order (attempts in two lanes, bad answers, killed processes, the same
/// message twice), one attempt is in flight at a time, sequences never fall, and the tracker ends with the newest.
/// </summary>
public class DeliveryModelTests
{
    private static readonly int Runs = Environment.GetEnvironmentVariable("LEADRELAY_LONG") is "1" ? 2_000 : 50;
    private static readonly string[] Statuses = ["2", "3", "4", "6"];

    public abstract record Move
    {
        public sealed record Change(string StatusId, int Seconds, bool Exact) : Move;

        public sealed record Repeat(int Which) : Move;

        public sealed record Claim(Lane Lane, Fate Fate) : Move;

        public sealed record Settle : Move;

        public sealed record Resend(int Which) : Move;

        public sealed record Cancel(int Which) : Move;
    }

    private static readonly Gen<Move> AChange =
        from status in Gen.Elements(Statuses) from seconds in Gen.Choose(0, 12) from exact in Gen.Elements(true, false) select (Move)new Move.Change(status, seconds, exact);

    private static readonly Gen<Move> Work = Gen.Frequency(
        (4, from lane in Gen.Elements(Lane.First, Lane.Retry) from fate in Gen.Elements(Enum.GetValues<Fate>()) select (Move)new Move.Claim(lane, fate)),
        (4, Gen.Constant((Move)new Move.Settle())),
        (1, Gen.Choose(0, 20).Select(which => (Move)new Move.Repeat(which))));

    [Fact]
    public void The_tracker_ends_with_the_last_change_that_was_accepted()
    {
        var steps = Gen.Frequency((2, AChange), (3, Work)).ListOf();

        Prop.ForAll(steps.ToArbitrary(), s => Run(s, model => Assert.Equal(model.Accepted, model.Received)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(Runs).WithEndSize(40));
    }

    [Fact]
    public void With_times_of_SalesRenders_the_tracker_ends_with_the_newest_however_the_webhooks_overtake_each_other()
    {
        var times = Gen.Shuffle(Enumerable.Range(1, 8).ToArray());
        var cases = from order in times
                    from statuses in Gen.Elements(Statuses).ArrayOf(8)
                    from between in Work.ListOf().ArrayOf(8)
                    select order.Zip(statuses, between).SelectMany(part => part.Third.Take(4).Prepend(new Move.Change(part.Second, part.First, true))).ToList();

        Prop.ForAll(cases.ToArbitrary(), steps => Run(steps, model =>
        {
            var newest = steps.OfType<Move.Change>().MaxBy(change => change.Seconds)!;
            Assert.Equal(Builders.Campaign().StatusMap.Entries[newest.StatusId]!.Label, model.Received);
        })).Check(Config.QuickThrowOnFailure.WithMaxTest(Runs));
    }

    [Fact]
    public void Whatever_operators_resend_and_call_off_one_is_in_flight_and_nothing_older_follows()
    {
        var operators = Gen.OneOf(Gen.Choose(0, 20).Select(which => (Move)new Move.Resend(which)), Gen.Choose(0, 20).Select(which => (Move)new Move.Cancel(which)));

        Prop.ForAll(Gen.Frequency((2, AChange), (3, Work), (2, operators)).ListOf().ToArbitrary(), s => Run(s, _ => { }))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(Runs).WithEndSize(40));
    }

    [Fact]
    public void What_must_come_first_is_sent_before_anything_newer_and_the_tracker_still_ends_with_the_last() =>
        Prop.ForAll(Gen.Frequency((2, AChange), (3, Work)).ListOf().ToArbitrary(), s => Run(s, model =>
        {
            Assert.Equal(model.Accepted, model.Received);
            // Holds are statuses 2 and 6: the first accepted one was told, whatever came after it.
            Assert.True(!model.AcceptedEvents.Contains(StatusEvent.Hold) || model.Told.Contains(StatusEvent.Hold));
        }, holdFirst: true)).Check(Config.QuickThrowOnFailure.WithMaxTest(Runs).WithEndSize(40));

    private static void Run(IEnumerable<Move> steps, Action<DeliveryModel> check, bool holdFirst = false) => Task.Run(async () =>
    {
        await using var model = new DeliveryModel(holdFirst);
        await model.BeginAsync();
        foreach (var step in steps)
        {
            await (step switch
            {
                Move.Change change => model.ChangeAsync(Change(change.StatusId, 1_700_000_000_000 + (change.Seconds * 1000L), change.Exact)),
                Move.Repeat repeat => model.RepeatAsync(repeat.Which),
                Move.Resend resend => model.ResendAsync(resend.Which),
                Move.Cancel cancel => model.CancelAsync(cancel.Which),
                Move.Claim claim => model.ClaimAsync(claim.Lane, claim.Fate),
                _ => model.SettleAsync(),
            });
        }
        await model.DrainAsync();
        check(model);
    }).GetAwaiter().GetResult();
}
