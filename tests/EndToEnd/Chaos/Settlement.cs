using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace LeadRelay.Tests.EndToEnd.Chaos;

/// <summary>What came of a run.</summary>
/// <param name="Accepted">Leads that were answered with success.</param>
/// <param name="Delivered">Of them, those with an order.</param>
/// <param name="InDoubt">Of them, those that were in doubt when the relay could do no more by itself; an operator decided them.</param>
/// <param name="Waiting">Of them, those without an order or an end that can be seen.</param>
/// <param name="Changes">Status changes that were answered with success.</param>
/// <param name="Repeats">Postbacks that came again though the tracker had taken them.</param>
/// <param name="Broken">By rule: the leads that break it, and how.</param>
internal sealed record Settled(
    int Accepted, int Delivered, int Refused, int InDoubt, int Waiting, int EverInDoubt, int Changes, int Superseded, int Repeats,
    IReadOnlyDictionary<string, IReadOnlyList<(Lead Lead, string Text)>> Broken, IReadOnlyList<string> SetAside);

/// <summary>Waits until a healed relay has come to rest, decides what only an operator can, and settles every lead's books from the outside.</summary>
internal sealed class Settlement(Relay relay, RabbitNode node, Load load, ConcurrentDictionary<int, Lead> leads, Action<string> say)
{
    private const int TriesOfTheAudit = 4;

    /// <summary>Without progress for so long, nothing is waited for any more. A postback's third retry comes after two minutes.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(160);

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(15);

    private readonly HashSet<Guid> looksAreOver = [];
    private HashSet<Guid> refused = [];

    public async Task<Settled> SettleAsync()
    {
        await UntilAsync("clients without an answer", () => Task.FromResult(load.SoFar.Waiting));
        await UntilAsync("messages in queues", InQueuesAsync);
        await UntilAsync("leads without an end", OpenLeadsAsync);
        var doubts = await DoubtsAsync();
        var accepted = leads.Values.Where(lead => lead.Id is not null).ToArray();
        var inDoubt = accepted.Count(lead => doubts.ContainsKey(lead.Id!.Value));
        var refusals = accepted.Count(lead => lead.Orders is [] && refused.Contains(lead.Id!.Value) && !doubts.ContainsKey(lead.Id.Value));
        var delivered = accepted.Count(lead => lead.Orders is not [] && !doubts.ContainsKey(lead.Id!.Value));

        await DecideAsync(doubts);
        await UntilAsync("leads in doubt", async () => (await DoubtsAsync()).Count);
        await UntilAsync("leads without an end", OpenLeadsAsync);
        await UntilAsync("statuses to be told", () => Task.FromResult(load.HasMoreToSay ? load.SoFar.Waiting + 1 : leads.Values.Count(lead => !Books.IsTold(lead))));
        await UntilAsync("messages in queues", InQueuesAsync);
        await load.StopAsync();

        var audit = await AuditAsync();
        var broken = leads.Values.SelectMany(lead => Books.Broken(lead, audit).Select(each => (each.Rule, Lead: lead, each.Text)))
            .OrderBy(each => each.Lead.Story.Number).GroupBy(each => each.Rule).ToDictionary(rule => rule.Key, rule => (IReadOnlyList<(Lead, string)>)[.. rule.Select(each => (each.Lead, each.Text))]);
        return new Settled(accepted.Length, delivered, refusals, inDoubt, accepted.Length - delivered - refusals - inDoubt, audit.Doubted.Count,
            load.SoFar.Changes, audit.Superseded.Count, leads.Values.Sum(Books.Repeats), broken, await SetAsideAsync());
    }

    /// <summary>What the ledgers still have to say may come a little later: as long as something is missing, it is read again.</summary>
    private async Task<AuditWord> AuditAsync()
    {
        for (var tries = 1; ; tries++)
        {
            var audit = await AuditWord.ReadAsync(relay);
            if (tries == TriesOfTheAudit || !leads.Values.Any(lead => Books.Broken(lead, audit).Any()))
                return audit;
            await Task.Delay(TimeSpan.FromSeconds(2 * tries));
        }
    }

    /// <summary>Without an order, a refusal or a doubt; and those in doubt of which the relay may learn more by itself.</summary>
    private async Task<int> OpenLeadsAsync()
    {
        var doubts = await DoubtsAsync();
        var open = leads.Values.Where(lead => lead.Id is { } id && lead.Orders is [] && !refused.Contains(id) && !doubts.ContainsKey(id)).ToArray();
        if (open.Length > 0)
            refused = (await AuditWord.ReadAsync(relay, "OrderRefused")).Refused;
        var undecided = 0;
        foreach (var lead in leads.Values.Where(lead => lead.Id is { } id && doubts.ContainsKey(id)))
            undecided += lead.Story.IsTrusted || !await LooksAreOverAsync(lead.Id!.Value) ? 1 : 0;
        return undecided + open.Count(lead => !refused.Contains(lead.Id!.Value));
    }

    private async Task<bool> LooksAreOverAsync(Guid lead)
    {
        if (looksAreOver.Contains(lead))
            return true;
        var isOver = (await relay.TimelineAsync($"{lead}")).Messages("OrderLookedUp") is [.., var last] && last.At("text")!.Contains("operator", StringComparison.Ordinal);
        if (isOver)
            looksAreOver.Add(lead);
        return isOver;
    }

    /// <summary>The leads in doubt, and since when.</summary>
    private async Task<IReadOnlyDictionary<Guid, string>> DoubtsAsync() => (await Relay.GetAsync(relay.CrmWriter, "leads/in-doubt"))
        .GetProperty("leads").EnumerateArray().ToDictionary(lead => Guid.Parse(lead.At("lead_id")!), lead => lead.At("at")!);

    /// <summary>As an operator would who has looked into SalesRender.</summary>
    private async Task DecideAsync(IReadOnlyDictionary<Guid, string> doubts)
    {
        foreach (var lead in leads.Values.Where(lead => lead.Id is { } id && doubts.ContainsKey(id)))
        {
            object word = lead.Orders is [var order, ..]
                ? new { order_id = order, at = doubts[lead.Id!.Value], reason = "SalesRender has it" }
                : new { send_again = true, at = doubts[lead.Id!.Value], reason = "SalesRender does not have it" };
            lead.WasDecided = true;
            var (status, answer) = await Relay.SendAsync(relay.CrmWriter, HttpMethod.Post, $"leads/{lead.Id}/resolution", word);
            // It may have ended this very moment.
            if (status is not (HttpStatusCode.Accepted or HttpStatusCode.Conflict))
                say($"The operator's word on {lead.Id} was answered {(int)status} {answer}");
        }
    }

    /// <summary>Whether it is one that messages must not be lost from: the others carry questions and answers, or a guard's tries.</summary>
    public static bool IsKept(string queue) => queue is "audit" or "crmwriter" or "postbackdispatcher";

    private async Task<int> InQueuesAsync() => (int)(await node.QueuesAsync(relay.BrokerUrl!)).Where(queue => IsKept(queue.Key)).Sum(queue => queue.Value.Messages);

    private async Task<IReadOnlyList<string>> SetAsideAsync() =>
        [.. (await node.QueuesAsync(relay.BrokerUrl!)).Where(queue => IsAside(queue.Key) && queue.Value.Messages > 0).Select(queue => $"{queue.Value.Messages} in {queue.Key}")];

    private static bool IsAside(string queue) => queue.EndsWith("_error", StringComparison.Ordinal) || queue.EndsWith("_skipped", StringComparison.Ordinal) || queue is "dead-letters";

    private async Task UntilAsync(string what, Func<Task<int>> count)
    {
        var (least, since, told) = (int.MaxValue, Stopwatch.GetTimestamp(), Stopwatch.GetTimestamp());
        while (Stopwatch.GetElapsedTime(since) < Patience)
        {
            try
            {
                var left = await count();
                if (left is 0)
                    return;
                if (left < least)
                    (least, since) = (left, Stopwatch.GetTimestamp());
                if (Stopwatch.GetElapsedTime(told) > BetweenLines)
                {
                    say(string.Create(CultureInfo.InvariantCulture, $"settling: {left} {what}"));
                    told = Stopwatch.GetTimestamp();
                }
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException or IOException) { } // what was just healed may not be up yet
            await Task.Delay(BetweenLooks);
        }
        say(string.Create(CultureInfo.InvariantCulture, $"settling: waited in vain, {least} {what}"));
    }
}
