using System.Collections;
using System.Text;
using Microsoft.Extensions.Logging;

namespace LeadRelay.Logging;

/// <summary>
/// A message of the relay as one line of the log: what happened, in words, and ids, codes, counts and times to search by.
/// Nothing else is in it: no payload, answer, comment, reason, address of a person or URL. The audit has these.
/// A line has the fields that its message has a value for, and no others; that is why it is no template with fixed names.
/// </summary>
public sealed class LogLine : IReadOnlyList<KeyValuePair<string, object?>>
{
    private readonly List<KeyValuePair<string, object?>> fields = [];
    private readonly StringBuilder text;
    private readonly StringBuilder template;

    private LogLine(IAudited message, LogLevel level, string words, params ReadOnlySpan<(string Name, object? Value)> details)
    {
        (Event, Level) = (message.GetType().Name, level);
        (text, template) = (new StringBuilder($"{Event}: {words}"), new StringBuilder($"{{Event}}: {words}"));
        fields.Add(new(nameof(Event), Event));
        foreach (var (name, value) in details)
            Add(name, value);
        var about = message.About;
        Add(nameof(about.LeadId), about.LeadId);
        Add(nameof(about.OrderId), about.OrderId);
        Add(nameof(about.Campaign), about.Campaign);
        Add(nameof(about.Partner), about.Partner);
        Add(nameof(about.Connection), about.Connection);
        Add(nameof(about.ClickId), about.ClickId);
        fields.Add(new("{OriginalFormat}", template.ToString()));
    }

    /// <summary>The message's kind.</summary>
    public string Event { get; }

    /// <summary>Warning for a refusal, a doubt or a failure; else Information.</summary>
    public LogLevel Level { get; }

    public int Count => fields.Count;

    public KeyValuePair<string, object?> this[int index] => fields[index];

    public static LogLine Of(IAudited message) => message switch
    {
        LeadSubmitted m => new(m, LogLevel.Information, "A lead was accepted.", ("Warnings", m.Warnings.Count)),
        LeadRefused m => new(m, LogLevel.Warning, "A call was refused.", ("Code", m.Code), ("HttpStatus", m.HttpStatus), ("Field", m.Field)),
        SubmissionConflicted m => new(m, LogLevel.Warning, "Another body came under the same idempotency key; it changed nothing."),
        LeadDuplicated m => new(m, LogLevel.Information, "Another lead with this phone has the order.", ("FirstLeadId", m.FirstLeadId)),
        OrderCreated m => Call(m, LogLevel.Information, "SalesRender has the order.", m.Exchange, ("Evidence", m.Evidence)),
        OrderRefused m => Call(m, LogLevel.Warning, "There is no order.", m.Exchange, ("Code", m.Code)),
        OrderInDoubt m => Call(m, LogLevel.Warning, "SalesRender may or may not have the order.", m.Exchange),
        OrderLookedUp m => Call(m, LogLevel.Information, m.Found is null ? "The order of a lead in doubt was looked for, and not found." : "The order of a lead in doubt was found.", m.Exchange, ("Look", m.Look)),
        OrderWriteDelayed m => Call(m, LogLevel.Warning, "A call to SalesRender changed nothing and is made again.", m.Exchange, ("Attempt", m.Attempt), ("NextAttemptAt", m.NextAttemptAt)),
        ResolveInDoubt m => new(m, LogLevel.Information, m.OrderId is null ? "An operator has a lead in doubt sent again." : "An operator says which order a lead in doubt has."),
        StatusUpdateRequested m => new(m, LogLevel.Information, "A status was pushed.", ("UpdateId", m.UpdateId), ("StatusId", m.StatusId)),
        OrderStatusUpdated m => Call(m, LogLevel.Information, "SalesRender has the status that was pushed.", m.Exchange, ("UpdateId", m.Request.UpdateId)),
        StatusUpdateRefused m => Call(m, LogLevel.Warning, "A status that was pushed was not set.", m.Exchange, ("Code", m.Code), ("UpdateId", m.Request?.UpdateId)),
        OrderStatusChanged m => new(m, LogLevel.Information, "A webhook told of a status.", ("StatusId", m.StatusId), ("StatusGroup", m.StatusGroup), ("Findings", m.Findings.Count)),
        WebhookRefused m => new(m, LogLevel.Warning, "A webhook could not be read.", ("Code", m.Code)),
        OrderVerificationRequested m => new(m, LogLevel.Information, "SalesRender is asked whether a webhook is right."),
        OrderVerified m => Call(m, m.Fault is null ? LogLevel.Information : LogLevel.Warning, m.Fault is null ? "SalesRender told an order's status." : "SalesRender could not be asked for an order's status.",
            m.Exchange, ("StatusId", m.StatusId), ("StatusGroup", m.StatusGroup)),
        PostbackDue m => Delivery(m, LogLevel.Information, "A postback is due.", m.Postback, ("Rule", m.Rule)),
        PostbackAttempted m => Delivery(m, Outcomes.Of(m) is Outcomes.Delivered ? LogLevel.Information : LogLevel.Warning, "A tracker was called.", m.Postback,
            ("Outcome", Outcomes.Of(m)), ("Verdict", m.Verdict), ("HttpStatus", m.HttpStatus), ("Attempt", m.Attempt), ("DurationMs", m.DurationMs), ("NextAttemptAt", m.NextAttemptAt)),
        PostbackDelivered m => Delivery(m, LogLevel.Information, "A postback was delivered.", m.Postback, ("Verdict", m.Verdict), ("Attempts", m.Attempts)),
        PostbackFailed m => Delivery(m, LogLevel.Warning, "A postback failed for good.", m.Postback, ("Attempts", m.Attempts)),
        PostbackHeld m => new(m, LogLevel.Warning, "The campaign's map has no such status: no postback until it does.", ("StatusId", m.StatusId), ("StatusGroup", m.StatusGroup)),
        PostbackSkipped m => new(m, LogLevel.Information, "No postback.", ("Reason", m.Reason), ("StatusEvent", m.Event), ("Target", m.Target), ("Rule", m.Rule)),
        PostbackResent m => Delivery(m, LogLevel.Information, "An operator has a postback sent again.", m.Postback, ("JobId", m.JobId)),
        PostbackJobReported m => new(m, LogLevel.Information, "An operator's work on many postbacks.",
            ("Kind", m.Kind), ("State", m.State), ("JobId", m.JobId), ("DryRun", m.DryRun), ("Looked", m.Looked), ("Done", m.Done)),
        PostbackTestRequested m => new(m, LogLevel.Information, "An operator tries a campaign's postback.", ("StatusEvent", m.Event)),
        PostbackTested m => new(m, Outcomes.Of(m) is Outcomes.Delivered ? LogLevel.Information : LogLevel.Warning, "A tracker was called for a try.",
            ("Outcome", Outcomes.Of(m)), ("Verdict", m.Verdict), ("HttpStatus", m.HttpStatus), ("DurationMs", m.DurationMs), ("StatusEvent", m.Event), ("Target", m.Target)),
        AuditRead m => new(m, LogLevel.Information, "The audit was read, or is to be changed.", ("Reader", m.Reader), ("What", m.What), ("Personal", m.Personal), ("Rows", m.Rows)),
        MessagesPurged m => new(m, LogLevel.Information, "Messages whose time was over were deleted.", ("Kind", m.Kind), ("Before", m.Before), ("Deleted", m.Count)),
        ForgetPerson m => new(m, LogLevel.Information, "A person is to be forgotten."),
        PersonForgotten m => new(m, LogLevel.Information, "A person was forgotten.", ("By", m.By), ("Complete", m.Complete)),
        var other => new(other, LogLevel.Information, "It was published."),
    };

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => fields.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => text.ToString();

    /// <summary>What came of a call to SalesRender.</summary>
    private static LogLine Call(IAudited message, LogLevel level, string words, CrmExchange? exchange, params ReadOnlySpan<(string Name, object? Value)> details) =>
        new(message, level, words, [.. details, ("HttpStatus", exchange?.HttpStatus), ("DurationMs", exchange?.DurationMs)]);

    /// <summary>What is about one postback.</summary>
    private static LogLine Delivery(IAudited message, LogLevel level, string words, Postback postback, params ReadOnlySpan<(string Name, object? Value)> details) =>
        new(message, level, words, [.. details, ("StatusEvent", postback.Event), ("Target", postback.Target), ("DeliveryId", postback.DeliveryId)]);

    private void Add(string name, object? value)
    {
        if (value is null or "")
            return;
        value = value switch
        {
            string given => PersonalData.MaskId(given),
            StatusEvent statusEvent => statusEvent.ToString().ToLowerInvariant(),
            TrackerVerdict verdict => Outcomes.Of(verdict),
            Guid id => id.ToString(),
            DateTimeOffset time => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture),
            var other => other,
        };
        fields.Add(new(name, value));
        text.Append($" {name}={value}");
        template.Append($" {name}={{{name}}}");
    }
}
