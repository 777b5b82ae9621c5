using System.Reflection;
using FsCheck;
using FsCheck.Fluent;
using LeadRelay.Persistence.Crm;

namespace LeadRelay.Tests.Rules.Persistence;

/// <summary>
/// Whatever three workers do with a few leads, in whatever order, dying and coming too late included: no second call for
/// a lead while the first may have made its order, no outcome twice, nobody told twice. 500 sequences, with
/// <c>./test long</c> 10,000.
/// </summary>
/// <param name="store">Makes an empty one.</param>
public abstract class CrmLedgerModelContract(Func<IStoreUnderTest> store)
{
    private static readonly int Sequences = Environment.GetEnvironmentVariable("LEADRELAY_LONG") is "1" ? 10_000 : 500;

    /// <summary>One thing that happens. A new kind is a record here and a line in <see cref="Any"/>.</summary>
    public abstract record Move
    {
        public sealed record Submit(int Worker, int Lead, string BodyHash, bool Asks) : Move;

        public sealed record Redeliver(int Worker, int Lead, int Which) : Move;

        public sealed record Claim(int Worker, int AtMost, bool IsLost) : Move;

        public sealed record ClaimAtOnce(bool IsLost) : Move;

        public sealed record Settle(int Worker, int Which, WorkState State, bool IsDue) : Move;

        public sealed record SettleAtOnce(int Worker, int Which) : Move;

        public sealed record LookForExpired(int Worker) : Move;

        public sealed record DoubtExpired(int Worker) : Move;

        public sealed record ReadDoubt(int Worker, int Lead) : Move;

        public sealed record Resolve(int Worker, bool Exists) : Move;

        public sealed record Forget(int Worker, int Lead) : Move;

        public sealed record Crash(int Worker) : Move;

        public sealed record Publish(int Worker, bool Dies) : Move;
    }

    private static readonly Gen<int> Worker = Gen.Choose(0, CrmLedgerModel.Workers - 1);
    private static readonly Gen<int> Lead = Gen.Choose(0, CrmLedgerModel.Leads - 1);
    private static readonly Gen<int> Which = Gen.Choose(0, 20);
    private static readonly Gen<bool> Whether = Gen.Elements(true, false);
    private static readonly Gen<string> BodyHash = Gen.Frequency((3, Gen.Constant("hash")), (1, Gen.Constant("another")));
    private static readonly Gen<WorkState> State = Gen.Elements(WorkState.Done, WorkState.Refused, WorkState.InDoubt, WorkState.Waiting);

    private static readonly Gen<Move> Any = Gen.Frequency(
        (5, from worker in Worker from lead in Lead from hash in BodyHash from asks in Whether select (Move)new Move.Submit(worker, lead, hash, asks)),
        (2, from worker in Worker from lead in Lead from which in Which select (Move)new Move.Redeliver(worker, lead, which)),
        (6, from worker in Worker from atMost in Gen.Choose(1, CrmLedgerModel.Leads) from lost in Whether select (Move)new Move.Claim(worker, atMost, lost)),
        (1, from lost in Whether select (Move)new Move.ClaimAtOnce(lost)),
        (8, from worker in Worker from which in Which from state in State from due in Gen.Frequency((3, Gen.Constant(true)), (1, Gen.Constant(false))) select (Move)new Move.Settle(worker, which, state, due)),
        (1, from worker in Worker from which in Which select (Move)new Move.SettleAtOnce(worker, which)),
        (3, from worker in Worker select (Move)new Move.LookForExpired(worker)),
        (3, from worker in Worker select (Move)new Move.DoubtExpired(worker)),
        (3, from worker in Worker from lead in Lead select (Move)new Move.ReadDoubt(worker, lead)),
        (3, from worker in Worker from exists in Whether select (Move)new Move.Resolve(worker, exists)),
        (1, from worker in Worker from lead in Lead select (Move)new Move.Forget(worker, lead)),
        (1, from worker in Worker select (Move)new Move.Crash(worker)),
        (2, from worker in Worker from dies in Whether select (Move)new Move.Publish(worker, dies)));

    // What fails is told without the moves that have no part in it.
    private static readonly Arbitrary<List<Move>> Moves = Arb.From(Any.ListOf(), moves => moves.Select((_, i) => moves.Where((_, j) => j != i).ToList()));

    // Several at once: what takes long is waiting for the disk.
    private static readonly Config Settings = Config.QuickThrowOnFailure.WithMaxTest(Sequences).WithStartSize(10).WithEndSize(35)
        .WithParallelRunConfig(new ParallelRunConfig(4));

    [Fact]
    public void Whatever_happens_the_ledger_says_what_the_model_says() =>
        Prop.ForAll(Moves, moves => Run(moves)).Check(Settings);

    [Fact]
    public void The_model_notices_a_ledger_that_sends_again_what_is_in_doubt()
    {
        var failure = Assert.ThrowsAny<Exception>(() =>
            Prop.ForAll(Moves, moves => Run(moves, Blind.Around)).Check(Config.QuickThrowOnFailure.WithMaxTest(Sequences).WithEndSize(45)));

        Assert.StartsWith("Falsifiable", failure.Message, StringComparison.Ordinal);
    }

    private void Run(IEnumerable<Move> moves, Func<ICrmLedger, ICrmLedger>? alter = null) => Task.Run(async () =>
    {
        await using var model = new CrmLedgerModel(store(), alter);
        var turn = 0;
        foreach (var move in moves)
        {
            await RunAsync(model, move);
            await model.CheckAsync(turn / CrmLedgerModel.Leads % CrmLedgerModel.Workers, turn % CrmLedgerModel.Leads);
            turn++;
        }
        await model.FinishAsync();
    }).GetAwaiter().GetResult();

    private static Task RunAsync(CrmLedgerModel model, Move move)
    {
        switch (move)
        {
            case Move.Submit m: return model.SubmitAsync(m.Worker, m.Lead, m.BodyHash, m.Asks);
            case Move.Redeliver m: return model.RedeliverAsync(m.Worker, m.Lead, m.Which);
            case Move.Claim m: return model.ClaimAsync(m.Worker, m.AtMost, m.IsLost);
            case Move.ClaimAtOnce m: return model.ClaimAtOnceAsync(m.IsLost);
            case Move.Settle m: return model.SettleAsync(m.Worker, m.Which, m.State, m.IsDue);
            case Move.SettleAtOnce m: return model.SettleAtOnceAsync(m.Worker, m.Which);
            case Move.LookForExpired m: return model.LookForExpiredAsync(m.Worker);
            case Move.DoubtExpired m: return model.DoubtExpiredAsync(m.Worker);
            case Move.ReadDoubt m: return model.ReadDoubtAsync(m.Worker, m.Lead);
            case Move.Resolve m: return model.ResolveAsync(m.Worker, m.Exists);
            case Move.Forget m: return model.ForgetAsync(m.Worker, m.Lead);
            case Move.Publish m: return model.PublishAsync(m.Worker, m.Dies);
            case Move.Crash m: model.Crash(m.Worker); return Task.CompletedTask;
            default: throw new InvalidOperationException($"Nobody does a {move}.");
        }
    }

    /// <summary>Takes an expired claim for one that sent nothing. A proxy, so that the ledger may grow without it.</summary>
    public class Blind : DispatchProxy
    {
        private ICrmLedger ledger = null!;

        public static ICrmLedger Around(ICrmLedger ledger)
        {
            var proxy = Create<ICrmLedger, Blind>();
            ((Blind)(object)proxy).ledger = ledger;
            return proxy;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Invoke(ledger, BindingFlags.DoNotWrapExceptions, null,
            [.. args!.Select(arg => targetMethod.Name is nameof(ICrmLedger.SettleAsync) && arg is WorkState.InDoubt ? WorkState.Waiting : arg)], null);
    }
}
