namespace LeadRelay.Sandbox;

/// <summary>Something that is to go wrong, as it is ordered at <c>POST /faults</c>.</summary>
public sealed record Fault
{
    public const string Crm = "crm";
    public const string TrackerTarget = "tracker";

    /// <summary><c>crm</c> or <c>tracker</c>.</summary>
    public string? Target { get; init; }

    /// <summary>
    /// <c>delay</c> waits first. <c>status</c> and <c>errors</c> answer without doing the work. <c>garbage</c>, <c>cut</c> and
    /// <c>hang_after</c> do the work, and then answer nonsense, break the connection, or answer late.
    /// </summary>
    public string? Kind { get; init; }

    /// <summary>The HTTP status of <c>status</c>.</summary>
    public int Status { get; init; } = StatusCodes.Status503ServiceUnavailable;

    /// <summary>Milliseconds; 0 means a minute for <c>hang_after</c>.</summary>
    public int DelayMs { get; init; }

    /// <summary>The share of calls it strikes, 0 to 1.</summary>
    public double Probability { get; init; } = 1;

    /// <summary>How many calls it strikes; 0 is until it is cleared.</summary>
    public int Times { get; init; }

    /// <summary>The <c>Retry-After</c> header of <c>status</c>.</summary>
    public string? RetryAfter { get; init; }

    /// <summary>The body of <c>status</c>, as plain text: some trackers refuse in the text of a 200.</summary>
    public string? Body { get; init; }

    /// <summary>Only this tracker; all, if absent.</summary>
    public string? Tracker { get; init; }

    /// <summary>The code of <c>errors</c>; it may well be absent in life, too.</summary>
    public string? Code { get; init; }

    public TimeSpan Delay => TimeSpan.FromMilliseconds(Kind is "hang_after" && DelayMs is 0 ? 60_000 : DelayMs);

    /// <summary>After a delay the call goes on to the next fault; the other kinds decide the answer.</summary>
    public bool Decides => Kind is not ("delay" or "hang_after");

    public bool Matches(string target, string? tracker) => Target == target && (Tracker is null || Tracker == tracker);

    /// <summary>A sentence saying what is wrong with it; null, if nothing is.</summary>
    public string? WhatIsWrong() => this switch
    {
        { Target: not (Crm or TrackerTarget) } => $"\"target\" must be \"crm\" or \"tracker\", not \"{Target}\".",
        { Kind: not ("delay" or "status" or "errors" or "garbage" or "cut" or "hang_after") } =>
            $"\"kind\" must be one of delay, status, errors, garbage, cut, hang_after, not \"{Kind}\".",
        { Kind: "errors", Target: not Crm } => "\"errors\" are GraphQL's: only the target \"crm\" has them.",
        { Tracker: not null, Target: not TrackerTarget } => "\"tracker\" goes with the target \"tracker\" only.",
        { Body: not null, Kind: not "status" } => "\"body\" goes with the kind \"status\" only.",
        { Status: < 200 or > 599 } => "\"status\" must be 200 to 599.",
        { DelayMs: < 0 } => "\"delay_ms\" must not be negative.",
        { Probability: not (>= 0 and <= 1) } => "\"probability\" must be 0 to 1.",
        { Times: < 0 } => "\"times\" must not be negative.",
        _ => null,
    };
}
