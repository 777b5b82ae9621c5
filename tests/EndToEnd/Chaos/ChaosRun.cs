using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using LeadRelay.Persistence.Postbacks;
using LeadRelay.PostbackDispatcher;

namespace LeadRelay.Tests.EndToEnd.Chaos;

/// <summary>How much chaos.</summary>
/// <param name="Harm">How long harm is done.</param>
/// <param name="Every">One harm in each such stretch.</param>
/// <param name="LeadsPerSecond">What is offered; about three times as many status changes follow.</param>
/// <param name="WarmUp">Load before the harm begins: processes that were just started have their code to compile.</param>
/// <param name="CrmTimeLimit">Of a call to SalesRender; whole seconds.</param>
/// <param name="LookUps">How long after a doubt the last look for its order is taken; whole seconds, longer than a CRM that hangs takes to do its work.</param>
/// <param name="TrackerFailures">At most, in a row, of one order: after the first a postback is sent again 5 s later, after the second 30 s.</param>
/// <param name="Leads">So many a second must be accepted, on average over the harm; 0 where the rates do not count.</param>
/// <param name="Changes">The same of status changes.</param>
public sealed record Form(
    TimeSpan Harm, TimeSpan Every, double LeadsPerSecond, TimeSpan WarmUp, TimeSpan CrmTimeLimit, TimeSpan LookUps, int TrackerFailures, double Leads, double Changes)
{
    /// <summary>Under full load.</summary>
    public static Form Full(TimeSpan harm) => new(
        harm, TimeSpan.FromSeconds(6), 105, TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(20), TrackerFailures: 2, Leads: 100, Changes: 300);

    /// <summary>Every rule in under a minute, with few leads.</summary>
    public static Form Brief { get; } = new(
        TimeSpan.FromSeconds(14), TimeSpan.FromSeconds(1.75), 8, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(6), TrackerFailures: 1, Leads: 0, Changes: 0);
}

/// <summary>What the caller needs to know.</summary>
/// <param name="IsLedgerGood">Every rule holds.</param>
/// <param name="IsFastEnough">The rates were reached.</param>
public sealed record Outcome(bool IsLedgerGood, bool IsFastEnough);

/// <summary>
/// Two of each service as processes on a RabbitMQ of its own, under load through both doors, while a plan made from the seed harms
/// them; then all is healed, and every lead's books are settled from the outside.
/// </summary>
public sealed class ChaosRun
{
    private const string Dispatcher = "PostbackDispatcher";
    private const int LeadsTold = 3;
    private const int CharactersTold = 600;
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(15);

    private readonly Form form;
    private readonly Plan plan;
    private readonly Action<string> say;
    private readonly ConcurrentDictionary<int, Lead> leads = new();

    private ChaosRun(Form form, int seed, Action<string> say) =>
        (this.form, plan, this.say) = (form, Plan.Of(seed, form.Harm, form.Every), say);

    /// <param name="say">Gets each line of the report.</param>
    public static Task<Outcome> RunAsync(Form form, int seed, Action<string> say) => new ChaosRun(form, seed, say).RunAsync();

    private async Task<Outcome> RunAsync()
    {
        say($"Seed {plan.Seed}: {form.Harm.TotalSeconds:0} s of harm, {plan.Harms.Count} harms; {form.LeadsPerSecond:0} leads and about {3 * form.LeadsPerSecond:0} status changes a second are offered.");
        await using var trackers = new Trackers(leads, form.TrackerFailures);
        await trackers.StartAsync();
        await using var node = new RabbitNode();
        await node.StartAsync();
        await using var relay = await Relay.StartAsync(new RelayOptions
        {
            Shape = RelayShape.Processes, Node = node, Replicas = Samples.Replicas([.. RelayOptions.AllServices.Select(service => (service, Plan.Replicas))]),
            Configure = config => Configure(config, trackers),
        });
        using var load = new Load(relay, plan.Seed, form.LeadsPerSecond, leads);
        using var ended = new CancellationTokenSource();
        var processes = new Processes(relay, node);
        var watching = processes.WatchAsync(ended.Token);
        await Task.Delay(RabbitNode.QueueSettles);
        load.Start();
        await Task.Delay(form.WarmUp);

        var (begun, before, secondsBefore) = (Stopwatch.GetTimestamp(), load.SoFar, processes.Seconds);
        var harms = new Harms(relay, node, trackers, form.CrmTimeLimit);
        using var harmed = CancellationTokenSource.CreateLinkedTokenSource(ended.Token);
        var telling = TellAsync(relay, node, load, trackers, harms, harmed.Token);
        await harms.DoAsync(plan);
        var (seconds, after, secondsAfter) = (Stopwatch.GetElapsedTime(begun).TotalSeconds, load.SoFar, processes.Seconds);
        await harmed.CancelAsync();
        await telling;
        load.TakeNoMoreLeads();
        var (leadRate, changeRate) = ((after.Accepted - before.Accepted) / seconds, (after.Changes - before.Changes) / seconds);
        var isFast = leadRate >= form.Leads && changeRate >= form.Changes;
        var spent = secondsAfter.Select(process => (process.Key, Seconds: process.Value - secondsBefore.GetValueOrDefault(process.Key))).OrderByDescending(process => process.Seconds).ToArray();
        say($"All is healed after {seconds:0} s of harm. Backlog: {await BacklogAsync(relay, node, load)}");
        say($"rates    {leadRate:0.0} leads, {changeRate:0.0} status changes, {(after.Orders - before.Orders) / seconds:0.0} orders a second on average{(form.Leads is 0 ? "" : $"; {form.Leads:0} and {form.Changes:0} are wanted: {(isFast ? "reached" : "NOT REACHED")}")}; {after.Retries - before.Retries} calls had to be made again");
        say($"CPU      {string.Join(", ", spent.Select(process => $"{process.Key} {process.Seconds:0.0} s"))}; in all {spent.Sum(process => process.Seconds) / seconds:0.00} processors");

        var settled = await new Settlement(relay, node, load, leads, say).SettleAsync();
        await ended.CancelAsync();
        await watching;
        return new Outcome(await ReportAsync(relay, settled, processes.Deaths(Dispatcher)), isFast);
    }

    private void Configure(string config, Trackers trackers)
    {
        Samples.NoRateLimit(config);
        var sandbox = Path.Combine(config, "connections", "sandbox.json");
        Samples.Edit(sandbox, text => text.Replace("\"token\"", $"\"time_limit_seconds\": {form.CrmTimeLimit.TotalSeconds}, \"lookup_settle_seconds\": {form.LookUps.TotalSeconds},\n  \"token\"", StringComparison.Ordinal));
        Samples.Edit(Path.Combine(config, "connections", $"{Story.Trusted}.json"), _ => File.ReadAllText(sandbox)
            .Replace("\"company_id\": \"1\"", "\"company_id\": \"2\", \"lookup_trustworthy\": true", StringComparison.Ordinal));
        void Campaign(string alias, string connection, int tracker) => Samples.Campaign(config, alias,
            ("\"connection\": \"sandbox\"", $"\"connection\": \"{connection}\""),
            (Samples.StatusMapOf(config), """
                "status_map": { "1": { "label": "lead", "event": "wait" }, "2": { "label": "sale", "event": "approve" },
                  "3": { "label": "rejected", "event": "cancel" }, "4": { "label": "rebill", "event": "approve" }, "5": { "label": "trash", "event": "trash" } }
                """),
            (Samples.PostbacksOf(config), $"\"postbacks\": \"{trackers.Address(tracker)}/?click={{click}}&tid={{order_id}}&status={{status}}&when={{timestamp}}\""));
        Campaign(Story.Trusted, Story.Trusted, 1);
        Campaign(Story.Others[0], "sandbox", 1);
        Campaign(Story.Others[1], "sandbox", 2);
    }

    private async Task TellAsync(Relay relay, RabbitNode node, Load load, Trackers trackers, Harms harms, CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        while (!ct.IsCancellationRequested)
        {
            var (before, postbacks, since) = (load.SoFar, trackers.Count, Stopwatch.GetTimestamp());
            await Task.Delay(BetweenLines, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (ct.IsCancellationRequested)
                return;
            var (now, seconds) = (load.SoFar, Stopwatch.GetElapsedTime(since).TotalSeconds);
            say($"{Stopwatch.GetElapsedTime(started).TotalSeconds,4:0} s: {harms.Done} of {plan.Harms.Count} harms, now {harms.UnderWay}. A second: {(now.Accepted - before.Accepted) / seconds:0} leads, "
                + $"{(now.Orders - before.Orders) / seconds:0} orders, {(now.Changes - before.Changes) / seconds:0} changes, {(trackers.Count - postbacks) / seconds:0} postbacks. Backlog: {await BacklogAsync(relay, node, load)}");
        }
    }

    private static async Task<string> BacklogAsync(Relay relay, RabbitNode node, Load load)
    {
        var now = load.SoFar;
        var clients = $"{now.Waiting} calls unanswered, {now.Accepted - now.Orders} leads without an order";
        try
        {
            return $"{clients}; {string.Join(", ", (await node.QueuesAsync(relay.BrokerUrl!)).Where(queue => queue.Value.Messages > 0).OrderBy(queue => queue.Key, StringComparer.Ordinal).Select(queue => $"{queue.Key} {queue.Value.Messages}"))}";
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or InvalidOperationException)
        {
            return $"{clients}; the broker is away";
        }
    }

    /// <summary>The sums, the rules, and the timelines of some leads that break one. Whether all hold.</summary>
    private async Task<bool> ReportAsync(Relay relay, Settled settled, int deaths)
    {
        var mostRepeats = deaths * Hosts.PlacesPerLane * Enum.GetValues<Lane>().Length * Plan.Trackers;
        var broken = Books.Rules.Select(rule => (Rule: rule, Count: settled.Broken.GetValueOrDefault(rule)?.Count ?? 0)).ToList();
        broken.Add(("no postback is repeated but after a kill", Math.Max(0, settled.Repeats - mostRepeats)));
        broken.Add(("nothing waits at the end: accepted = delivered + refused + waiting + in doubt", settled.Waiting));
        broken.Add(("nothing lies in an error queue", settled.SetAside.Count));

        say($"leads    {settled.Accepted} accepted = {settled.Delivered} delivered + {settled.Refused} refused + {settled.Waiting} waiting + {settled.InDoubt} in doubt (then decided by an operator); {settled.EverInDoubt} were in doubt at some time");
        say($"changes  {settled.Changes} accepted; {settled.Superseded} statuses gave way to a newer one; {settled.Repeats} postbacks repeated, at most {mostRepeats} allowed after {deaths} ends of a dispatcher");
        foreach (var (rule, count) in broken)
            say($"{(count is 0 ? "holds   " : $"BROKEN, {count} times:")} {rule}");
        foreach (var line in settled.SetAside)
            say($"  {line}");
        foreach (var (rule, cases) in settled.Broken)
        {
            foreach (var (lead, text) in cases.DistinctBy(each => each.Lead).Take(LeadsTold))
                await TellTimelineAsync(relay, rule, lead, text);
        }
        var isGood = broken.TrueForAll(rule => rule.Count is 0);
        say($"Seed {plan.Seed}: the ledger is {(isGood ? "settled" : "NOT settled")}.");
        return isGood;
    }

    private async Task TellTimelineAsync(Relay relay, string rule, Lead lead, string text)
    {
        say($"--- seed {plan.Seed}, broken: {rule}. Lead {lead.Story.Number} of {lead.Story.Campaign}, {lead.Id}, order {string.Join(", ", lead.Orders)}: {text}");
        say($"    accepted changes, as bits {Convert.ToString(lead.Accepted, 2)}; at the tracker {string.Join(" ", lead.Receipts.Select(receipt => $"{receipt.Nth}{(receipt.IsAccepted ? "" : "(refused)")}"))}");
        if (lead.Id is null)
            return;
        try
        {
            foreach (var entry in (await relay.TimelineAsync($"{lead.Id}")).GetProperty("entries").EnumerateArray())
            {
                var message = entry.GetProperty("message").GetRawText();
                say($"    {entry.At("at")} {entry.At("kind")} {(message.Length > CharactersTold ? message[..CharactersTold] + "…" : message)}");
            }
        }
        catch (HttpRequestException e) { say($"    no timeline: {e.Message}"); }
    }
}
