using System.Text.RegularExpressions;

namespace LeadRelay.Configuration;

/// <summary>What the body of a tracker's 2xx means: the first rule that matches decides.</summary>
/// <param name="Otherwise">When none does.</param>
public sealed record AnswerRules(IReadOnlyList<AnswerRule> Rules, TrackerVerdict Otherwise)
{
    /// <summary>Nothing is known about the tracker: a success says that it took the postback, and no more.</summary>
    public static readonly AnswerRules None = new([], TrackerVerdict.Received);

    /// <param name="body">Null counts as empty.</param>
    public Reading Read(string? body)
    {
        foreach (var rule in Rules)
        {
            if (rule.Match.Match(body ?? "") is { Success: true } match)
                return new Reading(rule.Means, match.Groups["reason"] is { Success: true, Value: var reason } && reason.Trim() is { Length: > 0 } text ? text : null, rule.Retry, rule.CreditedOnRetry);
        }
        return new Reading(Otherwise, null, Retry: false);
    }

    /// <summary>What an answer was found to mean.</summary>
    /// <param name="Reason">In the tracker's own words; null where it gives none.</param>
    /// <param name="Retry">Of a refusal: whether it may take it later.</param>
    /// <param name="CreditedOnRetry">Of a refusal: whether it says that it has had the postback, so that behind an earlier attempt it means that this one was counted.</param>
    public readonly record struct Reading(TrackerVerdict Verdict, string? Reason, bool Retry, bool CreditedOnRetry = false);
}

/// <summary>One rule.</summary>
/// <param name="Match">Looked for in the body; a group called <c>reason</c> is the tracker's own word on a refusal. In linear time, whatever the body.</param>
/// <param name="Retry">With <see cref="TrackerVerdict.Refused"/>: it may take it later, as one that has not stored the click yet.</param>
/// <param name="CreditedOnRetry">As <see cref="AnswerRules.Reading.CreditedOnRetry"/>.</param>
public sealed record AnswerRule(Regex Match, TrackerVerdict Means, bool Retry, bool CreditedOnRetry);
