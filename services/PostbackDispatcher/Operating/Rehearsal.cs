using System.Text.Json.Serialization;
using LeadRelay.Configuration;
using LeadRelay.Persistence.Postbacks;

namespace LeadRelay.PostbackDispatcher;

/// <summary>The postbacks that a status of a campaign leads to, rendered and not sent. Pure.</summary>
/// <param name="Status">What the map makes of it; null when it makes nothing of it.</param>
/// <param name="Rule">The map's entry, as <c>3</c> or <c>group:APPROVED</c>.</param>
/// <param name="Nothing">Why there is no request; null when there is one.</param>
public sealed record Rehearsal(Subject About, MappedStatus? Status, string? Rule, IReadOnlyList<RehearsedRequest> Requests, string? Nothing)
{
    private const string SampleClick = "sample-click";

    /// <param name="order">Whose values to take; null takes samples.</param>
    /// <param name="partner">Whose global postbacks count where the campaign has none; null where nobody can say.</param>
    public static Rehearsal Of(Trial trial, StatusEvent? statusEvent, Campaign campaign, string? partner, OrderRecord? order, RelayConfig config, DateTimeOffset now)
    {
        var about = (order?.About ?? new Subject(Guid.Empty, campaign.Connection, "1001", campaign.Alias, partner, SampleClick)) is var known && trial.ClickId is { } click
            ? known with { ClickId = click } : known;
        Rehearsal None(string text, MappedStatus? mapped = null, string? by = null) => new(about, mapped, by, [], text);

        var rule = RuleOf(trial, statusEvent, campaign.StatusMap);
        if (rule is null && statusEvent is null)
            return None($"The status map of {campaign.Alias} has no entry for \"{trial.StatusId ?? $"group:{trial.StatusGroup}"}\": it is held, and released when the map has one.");
        var status = rule is null ? new MappedStatus(Word(statusEvent!.Value), statusEvent.Value) : campaign.StatusMap.Entries[rule];
        if (status is null)
            return None("The status map says to ignore this status.", by: rule);
        var templates = config.Templates(campaign, partner, status.Event);
        if (templates.Count is 0)
        {
            return None($"Neither the campaign nor {(partner is null ? "a partner" : $"its partner {partner}")} has a postback for {Word(status.Event)}."
                + (partner is null ? $" Several partners use the campaign: say which, \"partner\": {string.Join(" or ", campaign.Partners.Order())}." : ""), status, rule);
        }
        var (payout, currency) = TargetDecision.Payout(status.Event, trial.Payout is { } given ? new Reward(given, trial.Currency) : null, campaign.Payout);
        RehearsedRequest Request(PostbackTemplate template)
        {
            var postback = new Postback(Guid.Empty, Guid.Empty, template.Target, status.Event, status.Label, now.ToUnixTimeMilliseconds(), payout, trial.Currency ?? currency, trial.Comment ?? (order is null ? "sample comment" : null), now);
            var delivery = new Delivery(postback, about, order?.Tracking ?? new Dictionary<string, string>(), null, 1, TimeSpan.Zero, Guid.Empty);
            return new RehearsedRequest(template.Target, PostbackRenderer.Render(template, macro => trial.Values?.GetValueOrDefault(macro) ?? MacroValues.Of(delivery, template, macro) ?? (order is null && !Macros.Names.Contains(macro) ? macro : null)), template.Answers);
        }
        return new Rehearsal(about, status, rule, [.. templates.Select(Request)], null);
    }

    /// <summary>The change to decide about, as if a webhook told it now; null where no status of the map stands for it.</summary>
    public static StatusChange? Change(Trial trial, string? rule, DateTimeOffset now) => (rule, trial) switch
    {
        (_, { StatusId: not null } or { StatusGroup: not null }) => Change(trial, trial.StatusId, trial.StatusGroup, now),
        (null, _) => null,
        ({ } entry, _) when entry.StartsWith("group:", StringComparison.Ordinal) => Change(trial, null, entry["group:".Length..], now),
        ({ } entry, _) => Change(trial, entry, null, now),
    };

    private static StatusChange Change(Trial trial, string? statusId, string? statusGroup, DateTimeOffset now) =>
        new(Guid.CreateVersion7(), statusId, statusGroup, trial.Comment, trial.Payout is { } payout ? new Reward(payout, trial.Currency) : null, now, Exact: false);

    private static string? RuleOf(Trial trial, StatusEvent? statusEvent, StatusMap map) => statusEvent is null
        ? map.EntryFor(trial.StatusId, trial.StatusGroup)
        : map.Entries.FirstOrDefault(entry => entry.Value?.Event == statusEvent).Key;

    private static string Word(StatusEvent statusEvent) => statusEvent.ToString().ToLowerInvariant();
}

/// <summary>A request as it would be sent to a target.</summary>
/// <param name="Answers">What the target's answer to it will mean.</param>
public sealed record RehearsedRequest(string Target, RenderedPostback Rendered, AnswerRules Answers)
{
    /// <summary>What is missing of the secrets that it refers to, in sentences.</summary>
    public IReadOnlyList<string> MissingSecrets(string folder) =>
        [.. Rendered.Headers.Values.Append(Rendered.Url).Append(Rendered.Body ?? []).SelectMany(pieces => pieces).Select(piece => piece.Secret).OfType<string>().Distinct()
            .Select(reference => new Secret(reference, folder).TryReveal(out _, out var fault) ? null : fault).OfType<string>()];
}

/// <summary>What an operator wants to see rendered or sent for a try: a campaign, and either an event or a status.</summary>
/// <param name="OrderId">Take this order's values; or that of <paramref name="LeadId"/>.</param>
/// <param name="Partner">Needed where several use the campaign and the postbacks are theirs.</param>
/// <param name="Payout">Instead of the campaign's, in major units.</param>
/// <param name="Values">Of other macros: <c>sub1</c>, <c>param.NAME</c>, ….</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record Trial(
    string? Campaign, string? Event, string? StatusId, string? StatusGroup, string? OrderId, string? LeadId, string? ClickId, string? Partner,
    decimal? Payout, string? Currency, string? Comment, IReadOnlyDictionary<string, string>? Values);
