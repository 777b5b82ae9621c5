using System.Globalization;

namespace LeadRelay.AuditStore;

/// <summary>What a message tells.</summary>
internal sealed record Told(Tone Tone, string Text, IReadOnlyList<Fact> Facts);

/// <summary>What messages tell: a sentence for each contract, and the facts that it does not say itself.</summary>
internal static class Telling
{
    /// <summary>Characters of one part of a sentence that comes from outside.</summary>
    private const int MostForeign = 200;

    public static Told Of(IAudited message) => message switch
    {
        LeadSubmitted m => Plain($"{Partner(m)} submitted the lead to {m.About.Campaign}.", [.. Evidence.Person(m.Lead), ("Warnings", string.Join(' ', m.Warnings))]),
        LeadRefused m => Bad($"{Partner(m)}'s request{To(m.About.Campaign)} was refused with {m.HttpStatus} ({m.Code}): {m.Text}",
            ("Field", m.Field), ("Phone", m.Phone), Evidence.Received(m.Raw)),
        SubmissionConflicted m => Bad($"{Partner(m)} submitted something else{To(m.About.Campaign)} under a key that was used before: it changed nothing.",
            ("Hash", m.BodyHash), ("Known hash", m.KnownBodyHash)),
        LeadDuplicated m => Plain($"Another lead with this phone has order {m.About.OrderId}: this one gets none.", ("First lead", $"{m.FirstLeadId}")),

        OrderCreated { Evidence: null, Exchange: { } call } m => Good($"Asked SalesRender to make the order: it made order {m.About.OrderId} in {Evidence.Duration(call.DurationMs)}.",
            Evidence.Call(call)),
        OrderCreated m => Good(Found(m), Evidence.Call(m.Exchange)),
        OrderRefused { Code: "crm_unreachable" } m => Bad($"Gave up asking SalesRender to make the order: {m.Text}", Evidence.Call(m.Exchange, m.Text)),
        OrderRefused { Exchange: null } m => Bad($"No order was made: {Why(m.Text, m.Code)}"),
        OrderRefused m => Bad($"SalesRender refused to make the order: {Why(m.Text, m.Code)}", Evidence.Call(m.Exchange, m.Text)),
        OrderInDoubt m => Bad($"Nobody knows whether SalesRender has the order: {m.Reason}", Evidence.Call(m.Exchange, m.Reason)),
        OrderWriteDelayed { Exchange: null } m => Waits($"The call to SalesRender is to be made again: {m.Reason}", ("Next attempt", Evidence.Time(m.NextAttemptAt))),
        OrderWriteDelayed m => Waits($"Attempt {m.Attempt} at SalesRender changed nothing and is made again: {m.Reason}",
            [("Next attempt", Evidence.Time(m.NextAttemptAt)), .. Evidence.Call(m.Exchange, m.Reason)]),
        OrderLookedUp { Found: { } order } m => Good($"Look {m.Look} for the order in SalesRender: it is order {order}. {m.Text}", Evidence.Call(m.Exchange, m.Text)),
        OrderLookedUp m => Waits($"Look {m.Look} for the order in SalesRender: {m.Text}", Evidence.Call(m.Exchange, m.Text)),

        StatusUpdateRequested m => Plain($"{Partner(m)} asks for {Order(m.About)} to be set to {Pushed(m)}.", ("Comment", m.Comment)),
        OrderStatusUpdated m => Good($"SalesRender set {Order(m.About)} to {Pushed(m.Request)}, as {Partner(m)} asked, in {Evidence.Duration(m.Exchange.DurationMs)}.",
            Evidence.Call(m.Exchange)),
        StatusUpdateRefused { Request: { } request } m => Bad($"{Partner(m)} asked for {Order(m.About)} to be set to {Pushed(request)}, and it was not: {Why(m.Text, m.Code)}",
            Evidence.Call(m.Exchange, m.Text)),
        StatusUpdateRefused m => Bad($"{Partner(m)}'s request to set {Order(m.About)} to a status was refused: {Why(m.Text, m.Code)}",
            [.. Evidence.Call(m.Exchange, m.Text), Evidence.Received(m.Raw)]),

        WebhookRefused m => Bad($"A webhook of {m.About.Connection} could not be read: {Why(m.Text, m.Code)}", Evidence.Received(m.Raw)),
        OrderStatusChanged m => Plain($"SalesRender reports status {Status(m.StatusId, m.StatusGroup)}.",
            ("Comment", m.Comment), ("Reward", Evidence.Money(m.Reward)), ("Changed", m.StatusChangedAt is { } at ? Evidence.Time(at) : null), ("Findings", string.Join(' ', m.Findings))),
        OrderVerificationRequested { Cause: var said } m =>
            Waits($"SalesRender is asked whether {Order(m.About)} really has status {Status(said.StatusId, said.StatusGroup)}: it means money, and nothing is sent before."),
        OrderVerified { Fault: { } fault } m => Bad($"SalesRender could not be asked: {fault}", Evidence.Call(m.Exchange, fault)),
        OrderVerified { StatusId: null, StatusGroup: null } m => Bad($"SalesRender was asked, and has no such order.", Evidence.Call(m.Exchange)),
        OrderVerified m => Tell(m.StatusId == m.Request.Cause.StatusId ? Tone.Good : Tone.Plain, $"SalesRender was asked, and itself has status {Status(m.StatusId, m.StatusGroup)}.",
            [("Reward", Evidence.Money(m.Reward)), .. Evidence.Call(m.Exchange)]),

        PostbackDue m => Plain($"A postback is due: {Postback(m.Postback)}, {By(m.Rule)}.", ("Comment", m.Postback.Comment)),
        PostbackAttempted m => Tell(ToneOf(m.HttpStatus, m.Error, m.Verdict, m.NextAttemptAt),
            $"Postback, attempt {m.Attempt}: {Answered(m.HttpStatus, m.Error, m.Verdict)}",
            [.. Evidence.Call(m.Sent, m.Url, m.HttpStatus, m.Response, m.DurationMs), ("Next attempt", m.NextAttemptAt is { } at ? Evidence.Time(at) : null)]),
        PostbackDelivered m => Good($"The tracker has it, after {Many(m.Attempts, "attempt")}.", Which(m.Postback)),
        PostbackFailed m => Bad($"Given up after {Many(m.Attempts, "attempt")}: {m.Reason}", Which(m.Postback)),
        PostbackHeld m => Waits(Held(m), ("Comment", m.Comment)),
        // It may have been tried before.
        PostbackSkipped { Reason: "cancelled" or "superseded" } m => Plain($"Nothing more is sent{To(m.Target)}: {m.Text}", Unsent(m)),
        PostbackSkipped { Reason: "no_click_id" or "literal_macro" or "no_status" or "campaign_gone" or "unverified" } m =>
            Bad($"Nothing was sent{To(m.Target)}: {m.Text}", Unsent(m)),
        PostbackSkipped m => Plain($"Nothing was sent{To(m.Target)}: {m.Text}", Unsent(m)),

        ResolveInDoubt { OrderId: { } order } m => Plain($"An operator says that SalesRender has the order: it is order {order}.", ("Reason", m.Reason)),
        ResolveInDoubt m => Plain($"An operator says that SalesRender has no order: the lead is to be sent again.", ("Reason", m.Reason)),
        PostbackResent m => Plain($"An operator has a postback sent {Again(m)}: {Postback(m.Postback)}.", ("Reason", m.Reason), ("Job", $"{m.JobId}")),
        PostbackJobReported m => Job(m),
        PostbackTestRequested m => Plain($"An operator tries the postback of {m.About.Campaign} for {m.Label} ({Word(m.Event)}), to {string.Join(", ", m.Targets)}."),
        PostbackTested m => Tell(ToneOf(m.HttpStatus, m.Error, m.Verdict, null),
            $"An operator's try of the postback for {m.Label} ({Word(m.Event)}), to {m.Target}: {Answered(m.HttpStatus, m.Error, m.Verdict)}",
            Evidence.Call(m.Sent, null, m.HttpStatus, m.Response, m.DurationMs)),
        ForgetPerson m => Plain($"An operator has the person behind the lead forgotten.", ("Reason", m.Reason)),
        PersonForgotten { Complete: true } m => Plain($"{m.By} has erased what it had of the person."),
        PersonForgotten m => Waits($"{m.By} has erased what it can of the person: the lead is still being worked on, and the rest goes with its outcome."),
        AuditRead m => Plain($"{(m.Reader is "operator" ? "An operator" : m.Reader)} {Read(m)}{(m.Personal ? ", with personal data in clear" : "")}.",
            ("Asked for", m.Filter), ("From", m.Address)),
        MessagesPurged m => Plain($"The audit deleted {Many(m.Count, "message")} of kind {m.Kind} from before {Evidence.Time(m.Before)}: their time was over."),
        _ => Plain($"A message of kind {message.GetType().Name}: its raw view has it."),
    };

    public static Told Unread(string kind) => Plain($"A message of kind {kind} that this version cannot read: its raw view has it.");

    private static FormattableString Found(OrderCreated created) => created.Evidence switch
    {
        "look_up" => $"SalesRender has the order after all: a look found order {created.About.OrderId}.",
        "webhook" => $"SalesRender has the order after all: a webhook names the lead with order {created.About.OrderId}.",
        "operator" => $"SalesRender has the order after all: an operator says that it is order {created.About.OrderId}.",
        _ => $"SalesRender has the order: it is order {created.About.OrderId}.",
    };

    /// <summary>What an attempt at a tracker came to, as the end of a sentence.</summary>
    private static FormattableString Answered(int? httpStatus, string? error, TrackerVerdict? verdict) => (httpStatus, error, verdict) switch
    {
        (_, { Length: > 0 } fault, _) => $"{fault}",
        (null, _, _) => $"no answer came.",
        (_, _, TrackerVerdict.Credited) => $"the tracker answered {httpStatus} and counted it.",
        (_, _, TrackerVerdict.Received) => $"the tracker answered {httpStatus} and took it; whether it counts it, its own report says.",
        (_, _, TrackerVerdict.Refused) => $"the tracker answered {httpStatus}, but refused it.",
        _ => $"the tracker answered {httpStatus}.",
    };

    private static Tone ToneOf(int? httpStatus, string? error, TrackerVerdict? verdict, DateTimeOffset? nextAttemptAt) => (httpStatus, verdict) switch
    {
        ( >= 200 and < 300, not TrackerVerdict.Refused) => error is null ? Tone.Good : Tone.Plain,
        _ => nextAttemptAt is null ? Tone.Bad : Tone.Waits,
    };

    /// <summary>There are other reasons to hold a status, and those say themselves what is to be done.</summary>
    private static FormattableString Held(PostbackHeld held) => held.Reason.StartsWith("The status map of ", StringComparison.Ordinal)
        ? Phrase($"Status {Status(held.StatusId, held.StatusGroup)} is not in the status map of {held.About.Campaign}: nothing is sent until it is, or until somebody releases it.")
        : Phrase($"Status {Status(held.StatusId, held.StatusGroup)} waits: {held.Reason}");

    private static Told Job(PostbackJobReported job)
    {
        var which = Phrase($"An operator's {job.Kind}{(job.DryRun ? ", a dry run" : "")} ({job.What})");
        (string, string?)[] facts = [("Reason", job.Reason), ("Job", $"{job.JobId}")];
        return job.State switch
        {
            "running" => Plain($"{which} has begun.", facts),
            "done" => Good($"{which} has ended: {job.Looked} looked at, {job.Done} of them {(job.DryRun ? "would be done" : "done")}.", facts),
            _ => Plain($"{which} was stopped: {job.Looked} looked at, {job.Done} of them {(job.DryRun ? "would be done" : "done")}.", facts),
        };
    }

    private static string Read(AuditRead read) => read switch
    {
        { What: "timeline" } => "read a lead's timeline",
        { What: "search" } => "searched the audit",
        { What: "forget" } => "has a person forgotten",
        { What: "export", Rows: null } => "began an export",
        { What: "export", Rows: { } rows } => $"was given an export of {Many(rows, "row")}",
        _ => $"read the audit ({read.What})",
    };

    private static FormattableString Why(string text, string code) => text is "" ? Phrase($"{code}") : Phrase($"{text} ({code})");

    private static string Again(PostbackResent resent) =>
        $"{(resent.Postback.ResendOf is null ? "at once" : "again")}, {(resent.Recorded ? "just as it was sent before" : "as the configuration has it today")}";

    private static FormattableString Postback(Postback postback) => postback switch
    {
        { Event: not StatusEvent.Approve, Payout: null or 0 } => $"{postback.Label} ({Word(postback.Event)}), to {postback.Target}",
        { Payout: null } => $"{postback.Label} ({Word(postback.Event)}), of unknown payout, to {postback.Target}",
        _ => $"{postback.Label} ({Word(postback.Event)}), {Evidence.Money(postback.Payout, postback.Currency)}, to {postback.Target}",
    };

    private static (string, string?) Which(Postback postback) => ("Postback", Text(Postback(postback)));

    private static (string, string?)[] Unsent(PostbackSkipped skipped) =>
    [
        ("Status", skipped.Event is { } mapped ? $"{skipped.Label} ({Word(mapped)})" : skipped.Label), ("Decided", skipped.Rule is null ? null : Text(By(skipped.Rule))), ("Comment", skipped.Comment),
    ];

    private static FormattableString By(string? rule) => rule switch
    {
        null => $"as the order was made",
        "operator" => $"as an operator released the status that was held",
        _ => $"by the entry \"{rule}\" of the status map",
    };

    private static FormattableString Status(string? id, string? group) => (id, group) switch
    {
        (null, null) => $"unknown",
        (null, _) => $"group {group}",
        (_, null) => $"{id}",
        _ => $"{id} ({group})",
    };

    private static FormattableString Pushed(StatusUpdateRequested asked) => asked.StatusId is null ? Phrase($"{asked.Label}") : Phrase($"{asked.Label} (status {asked.StatusId})");

    private static FormattableString Order(Subject about) => about.OrderId is null ? Phrase($"the lead's order") : Phrase($"order {about.OrderId}");

    private static FormattableString To(string? whom) => whom is null ? Phrase($"") : Phrase($" to {whom}");

    private static string Partner(IAudited message) => message.About.Partner ?? "Somebody";

    private static string Many(long count, string what) => count is 1 ? $"1 {what}" : $"{count} {what}s";

    internal static string Word(StatusEvent statusEvent) => statusEvent.ToString().ToLowerInvariant();

    private static Told Plain(FormattableString text, params ReadOnlySpan<(string, string?)> facts) => Tell(Tone.Plain, text, facts);

    private static Told Good(FormattableString text, params ReadOnlySpan<(string, string?)> facts) => Tell(Tone.Good, text, facts);

    private static Told Waits(FormattableString text, params ReadOnlySpan<(string, string?)> facts) => Tell(Tone.Waits, text, facts);

    private static Told Bad(FormattableString text, params ReadOnlySpan<(string, string?)> facts) => Tell(Tone.Bad, text, facts);

    private static Told Tell(Tone tone, FormattableString text, params ReadOnlySpan<(string Name, string? Value)> facts)
    {
        List<Fact> shown = [];
        foreach (var (name, value) in facts)
        {
            if (Snippet.Of(value, Fact.Longest) is { Length: > 0 } line)
                shown.Add(new Fact(name, line));
        }
        // Of a person who was forgotten no text is left that a sentence could end with.
        return new Told(tone, Text(text).TrimEnd(' ', ':'), shown);
    }

    /// <summary>A sentence, or a part of one: every text that is put into it is taken for foreign.</summary>
    private static string Text(FormattableString sentence) => string.Format(CultureInfo.InvariantCulture, sentence.Format, [.. sentence.GetArguments().Select(part => part switch
    {
        string foreign => Snippet.Of(foreign, MostForeign),
        FormattableString phrase => Text(phrase),
        _ => part,
    })]);

    private static FormattableString Phrase(FormattableString phrase) => phrase;
}
