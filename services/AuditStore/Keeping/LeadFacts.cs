using System.Text.Json;
using System.Text.Json.Serialization;
using LeadRelay.Persistence.Audit;

namespace LeadRelay.AuditStore;

/// <summary>
/// What is known of a lead, put together from its messages. The same messages make the same facts, in whatever order and
/// however often they come: of each thing the earliest or the latest word counts, by what the messages say and not by when
/// they arrive.
/// </summary>
public sealed class LeadFacts
{
    private const int MostText = 500;

    /// <summary>How many statuses, and how many postbacks, are kept and shown: the newest.</summary>
    private const int Most = 50;

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault };

    /// <summary>Of the first submission.</summary>
    public Said<Subject>? Submission { get; set; }

    /// <summary>The same subject, as the first other message has it that took it from there.</summary>
    public Said<Subject>? Named { get; set; }

    public Said<Subject>? Order { get; set; }

    /// <summary>What came of it last.</summary>
    public Said<LeadWord>? Word { get; set; }

    /// <summary>When it was submitted last.</summary>
    public Stamp Again { get; set; }

    public Said<LeadLabel>? Label { get; set; }

    public Said<LeadMoney>? Money { get; set; }

    public List<Said<LeadStatus>> Statuses { get; set; } = [];

    public List<LeadDelivery> Deliveries { get; set; } = [];

    public List<Said<LeadSkip>> Skips { get; set; } = [];

    public List<Said<string>> Held { get; set; } = [];

    /// <summary>UTC ticks of the earliest message.</summary>
    public long Heard { get; set; }

    /// <summary>Its person was forgotten: nothing about a person is taken in any more.</summary>
    [JsonIgnore]
    public bool Forgotten { get; private set; }

    /// <summary>Nothing was said that is about a lead's life.</summary>
    [JsonIgnore]
    public bool IsEmpty => Heard is 0;

    public static LeadFacts Of(StoredView view)
    {
        var facts = JsonSerializer.Deserialize<LeadFacts>(view.Facts, Options)!;
        facts.Forgotten = view.Forgotten;
        return facts;
    }

    /// <summary>How many statuses, and how many postbacks, a view has in an answer of so many views: 50, fewer where there are more than a hundred.</summary>
    public static int MostOfEach(int views) => Math.Clamp(5000 / Math.Max(views, 1), 5, Most);

    public void Add(Guid messageId, IAudited message)
    {
        var stamp = new Stamp(message.At.UtcTicks, message.At.UtcTicks, messageId);
        // What came of a submission follows it, also where both have the same instant.
        var after = stamp with { Rank = stamp.Rank + 1 };
        switch (message)
        {
            case LeadSubmitted m:
                Submission = Earlier(Submission, new(stamp, m.About));
                Again = stamp.CompareTo(Again) > 0 ? stamp : Again;
                break;
            case OrderCreated m:
                Name(stamp, m.About);
                Order = Later(Order, new(stamp, m.About));
                break;
            case OrderRefused m:
                Name(stamp, m.About);
                Say(after, new LeadWord("refused", $"{m.Text} ({m.Code})", m.Code));
                break;
            case OrderInDoubt m:
                Name(stamp, m.About);
                Say(after, new LeadWord("in_doubt", m.Reason));
                break;
            case LeadDuplicated m:
                Name(stamp, m.About);
                Say(after, new LeadWord("duplicate", "Another lead with this phone has the order.", null, m.About));
                break;
            case ResolveInDoubt { OrderId: null }:
                Say(after, new LeadWord("queued"));
                break;
            case OrderStatusChanged m:
                Keep(Statuses, new(stamp, new LeadStatus(m.About.Connection, new LeadViewStatus(m.StatusId, m.StatusGroup, Cut(m.Comment), m.StatusChangedAt ?? m.At))));
                break;
            case PostbackDue m:
                Tell(stamp, m.Postback).Rule = m.Rule;
                break;
            case PostbackResent m:
                Tell(stamp, m.Postback);
                break;
            case PostbackAttempted m:
                var attempt = new LeadAttempt(m.Attempt, m.At, m.Url, m.HttpStatus, Cut(m.Response), m.Error, m.Verdict);
                var delivery = Tell(stamp, m.Postback);
                if (delivery.Last is null || (attempt.Number, attempt.At).CompareTo((delivery.Last.Number, delivery.Last.At)) > 0)
                    delivery.Last = attempt;
                break;
            case PostbackDelivered m:
                Delivery(m.Postback).Delivered = true;
                break;
            case PostbackFailed m:
                Delivery(m.Postback).Failed = true;
                break;
            case PostbackHeld m:
                Keep(Held, new(stamp with { Rank = m.Sequence }, m.Reason));
                break;
            case PostbackSkipped m:
                // What an operator says of a cancellation is not for the partner.
                Keep(Skips, new(stamp with { Rank = m.Sequence }, new LeadSkip(m.Event, m.Label, m.Target, m.Reason is "cancelled" ? "The operator cancelled it." : m.Text, m.At, m.Rule)));
                if (m is { Event: not null, Reason: not "superseded" })
                    Label = Later(Label, new(stamp with { Rank = m.Sequence }, new LeadLabel(m.Label, m.Event, Cut(m.Comment))));
                break;
            case ForgetPerson:
                Forgotten = true;
                break;
            default:
                return;
        }
        Heard = Heard is 0 ? stamp.At : Math.Min(Heard, stamp.At);
        if (Forgotten)
            DropPerson();
    }

    /// <summary>The record to store.</summary>
    public StoredView Store(Guid leadId, long version)
    {
        var about = Submission ?? Named;
        var order = Order?.Value ?? Word?.Value.Of;
        var end = new LeadEnd(Order is null ? Last?.State ?? "queued" : "created", Order is null ? Last?.Code : null, Label?.Value.Label, Label?.Value.Event);
        return new StoredView(leadId, version, Milliseconds(about?.Stamp.At ?? Heard),
            new Subject(leadId, order?.Connection ?? about?.Value.Connection, order?.OrderId, about?.Value.Campaign, about?.Value.Partner, about?.Value.ClickId),
            end, Deliveries.Count(d => d.Delivered), Deliveries.Count(d => d is { Failed: true, Delivered: false }), JsonSerializer.Serialize(this, Options), Forgotten);
    }

    /// <param name="stored">Where the facts are from.</param>
    /// <param name="most">Statuses and postbacks shown, the newest of each.</param>
    public LeadView View(StoredView stored, int most = Most) => new(
        stored.LeadId, stored.About.Partner, stored.About.Campaign, stored.About.OrderId, stored.About.ClickId, stored.End.State, Order is null ? Last?.Reason : null,
        stored.End.Label, stored.End.Event, Label?.Value.Comment, Money?.Value.Payout, Money?.Value.Currency,
        [.. Statuses.Where(s => s.Value.Connection == stored.About.Connection || stored.About.Connection is null).Select(s => s.Value.Status).TakeLast(most)], [.. Postbacks().OrderBy(p => p.At).TakeLast(most)]);

    /// <summary>The latest word, unless the lead begins anew: only one that was refused does, when it is submitted again.</summary>
    private LeadWord? Last => Word is { Value.State: "refused" } && Again.CompareTo(Word.Stamp) > 0 ? null : Word?.Value;

    /// <summary>As stores have it.</summary>
    private static DateTimeOffset Milliseconds(long ticks) => new(ticks - (ticks % TimeSpan.TicksPerMillisecond), TimeSpan.Zero);

    private IEnumerable<LeadViewPostback> Postbacks()
    {
        var skips = Skips.ToList();
        foreach (var delivery in Deliveries.Where(d => d.Told is not null))
        {
            // One that was given up before or between its attempts, because a newer status goes instead or an operator said so.
            var skip = skips.FirstOrDefault(s => s.Value.Target == delivery.Target && s.Stamp.Rank == delivery.Sequence && s.Value.Event == delivery.Event);
            var outcome = delivery.Delivered ? "delivered" : delivery.Failed ? "failed"
                : skip is not null && skips.Remove(skip) ? "skipped"
                : delivery.Last is null ? "waiting" : "retrying";
            var last = delivery.Last;
            yield return new LeadViewPostback(delivery.Event, delivery.Label, outcome, outcome is "skipped" ? skip!.Value.Why : last?.Error,
                last?.Url, last?.HttpStatus, last?.Response, last?.Number ?? 0, last?.At ?? delivery.Told!.Value, delivery.Target, delivery.Rule, last?.Verdict);
        }
        // What was held and then released shows as what became of it.
        var released = Deliveries.Select(d => d.Sequence).Concat(skips.Where(s => s.Value.Event is not null).Select(s => s.Stamp.Rank)).ToHashSet();
        foreach (var held in Held.Where(h => !released.Contains(h.Stamp.Rank)))
            yield return new LeadViewPostback(null, null, "held", held.Value, null, null, null, 0, held.Stamp.Time);
        foreach (var (_, skip) in skips)
            yield return new LeadViewPostback(skip.Event, skip.Label, "skipped", skip.Why, null, null, null, 0, skip.At, skip.Target, skip.Rule);
    }

    private void Name(Stamp stamp, Subject about) => Named = Earlier(Named, new(stamp, about));

    private void Say(Stamp stamp, LeadWord word) => Word = Later(Word, new(stamp, word));

    /// <summary>A postback that was due by then.</summary>
    private LeadDelivery Tell(Stamp stamp, Postback postback)
    {
        var bySequence = stamp with { Rank = postback.Sequence };
        Label = Later(Label, new(bySequence, new LeadLabel(postback.Label, postback.Event, Cut(postback.Comment))));
        Money = Later(Money, new(bySequence, new LeadMoney(postback.Payout, postback.Currency)));
        var delivery = Delivery(postback);
        delivery.Told = delivery.Told is { } told && told > stamp.Time ? told : stamp.Time;
        return delivery;
    }

    private LeadDelivery Delivery(Postback postback)
    {
        if (Deliveries.Find(d => d.Id == postback.DeliveryId) is { } known)
            return known;
        var made = new LeadDelivery { Id = postback.DeliveryId, Sequence = postback.Sequence, Event = postback.Event, Label = postback.Label, Target = postback.Target };
        Deliveries.Add(made);
        Deliveries.Sort((a, b) => (a.Sequence, a.Id).CompareTo((b.Sequence, b.Id)));
        // One that is too old to be kept is taken apart from the others and forgotten, as it would be had it come first.
        if (Deliveries.Count > Most)
            Deliveries.RemoveAt(0);
        return made;
    }

    /// <summary>What was said so far stays, but for texts, which may be about a person.</summary>
    private void DropPerson()
    {
        Word = Word is null ? null : Word with { Value = Word.Value with { Reason = null } };
        Label = Label is null ? null : Label with { Value = Label.Value with { Comment = null } };
        Statuses = [.. Statuses.Select(s => s with { Value = s.Value with { Status = s.Value.Status with { Comment = null } } })];
        foreach (var delivery in Deliveries)
            delivery.Last = delivery.Last is null ? null : delivery.Last with { Url = delivery.Last.Url.Split('?')[0], Response = null, Error = null };
    }

    private static void Keep<T>(List<Said<T>> list, Said<T> said)
    {
        if (list.Exists(known => known.Stamp.Id == said.Stamp.Id))
            return;
        list.Add(said);
        list.Sort((a, b) => a.Stamp.CompareTo(b.Stamp));
        if (list.Count > Most)
            list.RemoveAt(0);
    }

    private static Said<T> Earlier<T>(Said<T>? known, Said<T> said) => known is null || said.Stamp.CompareTo(known.Stamp) < 0 ? said : known;

    private static Said<T> Later<T>(Said<T>? known, Said<T> said) => known is null || said.Stamp.CompareTo(known.Stamp) > 0 ? said : known;

    /// <summary>A view is a glance; the whole text is in the audit.</summary>
    private static string? Cut(string? text) => text is { Length: > MostText } ? text[..MostText] + "…" : text;
}
