using System.Diagnostics;
using LeadRelay.Persistence.Postbacks;
using LeadRelay.PostbackDispatcher;

namespace LeadRelay.Tests.EndToEnd.Chaos;

/// <summary>What a run has done up to a moment.</summary>
/// <param name="At">By <see cref="Stopwatch"/>.</param>
/// <param name="Seconds">Of processor time, by process.</param>
internal sealed record Figures(long At, Load.Done Done, int Postbacks, IReadOnlyDictionary<string, double> Seconds);

/// <summary>Says what is going on, and what came of it.</summary>
internal sealed class Report(Relay relay, RabbitNode node, Load load, Trackers trackers, Harms harms, Processes processes, Action<string> say)
{
    private const string Dispatcher = "PostbackDispatcher";
    private const int LeadsTold = 3;
    private const int CharactersTold = 600;
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(15);

    public Figures Now => new(Stopwatch.GetTimestamp(), load.SoFar, trackers.Count, processes.Seconds);

    /// <summary>A line now and then, until it is cancelled.</summary>
    public async Task TellAsync(CancellationToken ct)
    {
        var (first, last) = (Now, Now);
        while (true)
        {
            await Task.Delay(BetweenLines, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (ct.IsCancellationRequested)
                return;
            var now = Now;
            say($"{Stopwatch.GetElapsedTime(first.At, now.At).TotalSeconds,4:0} s  {Rates(last, now)} a second. Backlog: {await BacklogAsync()}. Harm: {harms.News()}.");
            last = now;
        }
    }

    /// <summary>What was done in between. Whether it was fast enough.</summary>
    public async Task<bool> AveragesAsync(Figures before, Figures after, Form form)
    {
        var seconds = Stopwatch.GetElapsedTime(before.At, after.At).TotalSeconds;
        var isFast = (after.Done.Accepted - before.Done.Accepted) / seconds >= form.Leads && (after.Done.Changes - before.Done.Changes) / seconds >= form.Changes;
        var wanted = form.Leads is 0 ? "" : $"; {form.Leads:0} leads and {form.Changes:0} changes are wanted: {(isFast ? "" : "NOT ")}reached";
        var spent = after.Seconds.Select(process => (process.Key, Seconds: process.Value - before.Seconds.GetValueOrDefault(process.Key))).OrderByDescending(process => process.Seconds).ToArray();
        say($"All is healed since {form.CatchUp.TotalSeconds:0} s. Backlog: {await BacklogAsync()}.");
        say($"rates    {Rates(before, after)} a second on average over {seconds:0} s{wanted}; {after.Done.Retries - before.Done.Retries} calls had to be made again");
        say($"CPU      {string.Join(", ", spent.Select(process => $"{process.Key} {process.Seconds:0.0} s"))}; in all {spent.Sum(process => process.Seconds) / seconds:0.00} processors");
        return isFast;
    }

    /// <summary>The sums, the rules, and the timelines of some leads that break one. Whether all hold.</summary>
    public async Task<bool> LedgerAsync(Settled settled, int seed)
    {
        var deaths = processes.Deaths(Dispatcher);
        var mostRepeats = deaths * Hosts.PlacesPerLane * Enum.GetValues<Lane>().Length * Plan.Trackers;
        (string Rule, int Count)[] broken =
        [
            .. Books.Rules.Select(rule => (rule, settled.Broken.GetValueOrDefault(rule)?.Count ?? 0)),
            ("no postback is repeated but after a kill", Math.Max(0, settled.Repeats - mostRepeats)),
            ("nothing waits at the end: accepted = delivered + refused + waiting + in doubt", settled.Waiting),
            ("nothing lies in an error queue", settled.SetAside.Count),
        ];
        say($"leads    {settled.Accepted} accepted = {settled.Delivered} delivered + {settled.Refused} refused + {settled.Waiting} waiting + {settled.InDoubt} in doubt, which an operator decided; "
            + $"{settled.EverInDoubt} were in doubt at some time");
        say($"changes  {settled.Changes} accepted; {settled.Superseded} statuses gave way to a newer one; {settled.Repeats} postbacks were repeated, of at most {mostRepeats} after {deaths} ends of a dispatcher");
        foreach (var (rule, count) in broken)
            say($"{(count is 0 ? "holds   " : $"BROKEN, {count} times:")} {rule}");
        foreach (var line in settled.SetAside)
            say($"  {line}");
        foreach (var (rule, cases) in settled.Broken)
        {
            foreach (var (lead, text) in cases.DistinctBy(each => each.Lead).Take(LeadsTold))
                await TellTimelineAsync($"seed {seed}, broken: {rule}", lead, text);
        }
        return broken.All(rule => rule.Count is 0);
    }

    private static string Rates(Figures from, Figures to)
    {
        var seconds = Stopwatch.GetElapsedTime(from.At, to.At).TotalSeconds;
        string Rate(int count) => $"{count / seconds:0.0}";
        return $"{Rate(to.Done.Accepted - from.Done.Accepted)} leads, {Rate(to.Done.Orders - from.Done.Orders)} orders, {Rate(to.Done.Changes - from.Done.Changes)} status changes, "
            + $"{Rate(to.Postbacks - from.Postbacks)} postbacks";
    }

    private async Task<string> BacklogAsync()
    {
        var now = load.SoFar;
        var clients = $"{now.Waiting} calls unanswered, {now.Accepted - now.Orders} leads without an order";
        try
        {
            var queues = (await node.QueuesAsync(relay.BrokerUrl!)).Where(queue => Settlement.IsKept(queue.Key)).OrderBy(queue => queue.Key, StringComparer.Ordinal);
            return $"{clients}, {string.Join(", ", queues.Select(queue => $"{queue.Key} {queue.Value.Messages}"))}";
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or InvalidOperationException)
        {
            return $"{clients}, and the broker is away";
        }
    }

    private async Task TellTimelineAsync(string what, Lead lead, string text)
    {
        var receipts = lead.Receipts.Select(receipt => receipt.IsAccepted ? $"{receipt.Nth}" : $"{receipt.Nth} (refused)");
        say($"--- {what}. Lead {lead.Story.Number} of {lead.Story.Campaign}, {lead.Id}, order {string.Join(", ", lead.Orders)}: {text}");
        say($"    changes accepted, as bits: {Convert.ToString(lead.Accepted, 2)}; at its tracker: {string.Join(", ", receipts)}");
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
