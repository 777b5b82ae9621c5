using System.Collections.Concurrent;

namespace LeadRelay.Tests.EndToEnd.Chaos;

/// <summary>What came of a run.</summary>
/// <param name="IsLedgerGood">Every rule holds.</param>
/// <param name="IsFastEnough">The rates were reached.</param>
public sealed record Outcome(bool IsLedgerGood, bool IsFastEnough);

/// <summary>
/// Two of each service as processes on a RabbitMQ of its own, under load through both doors, while a plan made from the seed harms
/// them; then all is healed, and every lead's books are settled from the outside.
/// </summary>
public static class ChaosRun
{
    /// <param name="say">Gets each line of the report.</param>
    public static async Task<Outcome> RunAsync(Form form, int seed, Action<string> say)
    {
        var plan = Plan.Of(seed, form.Harm, form.Every);
        say($"Seed {seed}: {form.Harm.TotalSeconds:0} s of harm, {plan.Harms.Count} harms; {form.LeadsPerSecond:0} leads and about {3 * form.LeadsPerSecond:0} status changes a second are offered.");
        var leads = new ConcurrentDictionary<int, Lead>();
        await using var trackers = new Trackers(leads, form.TrackerFailures);
        await trackers.StartAsync();
        await using var node = new RabbitNode();
        await node.StartAsync();
        await using var relay = await Relay.StartAsync(new RelayOptions
        {
            Shape = RelayShape.Processes, Node = node, Replicas = Samples.Replicas([.. RelayOptions.AllServices.Select(service => (service, Plan.Replicas))]),
            Configure = config => form.Configure(config, trackers),
        });
        using var load = new Load(relay, seed, form, leads);
        using var ended = new CancellationTokenSource();
        var processes = new Processes(relay, node);
        var watching = processes.WatchAsync(ended.Token);
        await Task.Delay(RabbitNode.QueueSettles);
        load.Start();
        await Task.Delay(form.WarmUp);

        var harms = new Harms(relay, node, trackers, form.CrmTimeLimit);
        var report = new Report(relay, node, load, trackers, harms, processes, say);
        var before = report.Now;
        using var healed = CancellationTokenSource.CreateLinkedTokenSource(ended.Token);
        var telling = report.TellAsync(healed.Token);
        await harms.DoAsync(plan);
        await Task.Delay(form.CatchUp);
        var after = report.Now;
        await healed.CancelAsync();
        await telling;
        load.TakeNoMoreLeads();
        var isFast = await report.AveragesAsync(before, after, form);

        var settled = await new Settlement(relay, node, load, leads, say).SettleAsync();
        await ended.CancelAsync();
        await watching;
        var isGood = await report.LedgerAsync(settled, seed);
        say($"Seed {seed}: the ledger is {(isGood ? "settled" : "NOT settled")}{(form.Leads is 0 ? "" : $", the rates were {(isFast ? "" : "NOT ")}reached")}.");
        return new Outcome(isGood, isFast);
    }
}
