using System.Text.Json;
using LeadRelay.Configuration;
using LeadRelay.Contracts;

namespace LeadRelay.Tests.Rules;

/// <summary>Messages and configuration as tests need them: plausible as they come, changed with <c>with</c>.</summary>
internal static class Builders
{
    public const string Tracker = "https://tracker.example";

    public static readonly DateTimeOffset Now = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);

    public static readonly IReadOnlyDictionary<string, string> Nothing = new Dictionary<string, string>();

    public static Guid NewId() => Guid.CreateVersion7();

    public static Subject About(Guid? leadId = null, string? orderId = null, string? clickId = "click-1") =>
        new(leadId, "main", orderId, "first", "buyer", clickId);

    public static RawPayload Raw(string body = "{}") => new("POST", "application/json", body);

    public static CrmExchange Exchange(int? status = 200, string? response = "{}", string? error = null) =>
        new("https://crm.example/companies/7/CRM", "mutation { x }", JsonSerializer.SerializeToElement(new { input = new { id = "1" } }), status, response, error, Now, 12);

    public static Lead Lead(params (string Field, string Value)[] fields) => new(
        fields.Where(f => !f.Field.StartsWith("param.", StringComparison.Ordinal)).ToDictionary(f => f.Field, f => f.Value),
        fields.Where(f => f.Field.StartsWith("param.", StringComparison.Ordinal)).ToDictionary(f => f.Field["param.".Length..], f => f.Value));

    public static LeadSubmitted Submitted(Guid leadId, string bodyHash = "hash") =>
        new(About(leadId), Lead(("phone", "+491701234567"), ("click_id", "click-1")), bodyHash, Raw(), [], Now);

    public static StatusUpdateRequested Update(Guid updateId, string orderId = "1001", string label = "accepted") =>
        new(updateId, About(orderId: orderId, clickId: null), label, "3", null, Raw(), Now);

    public static OrderCreated Created(Guid? leadId = null, string orderId = "1001", string? clickId = "click-1") =>
        new(About(leadId ??= NewId(), orderId, clickId), Submitted(leadId.Value), Exchange(), Now);

    public static OrderRefused Refused(Guid leadId) => new(About(leadId), Submitted(leadId), "crm_refused", "no", null, Now);

    public static OrderInDoubt InDoubt(Guid leadId) => new(About(leadId), Submitted(leadId), "timed out", null, Now);

    public static OrderStatusChanged Changed(string? orderId = "1001", string? statusId = "3", DateTimeOffset? at = null, DateTimeOffset? changedAt = null) =>
        new(new Subject(Connection: "main", OrderId: orderId, ClickId: "click-1"), statusId, null, null, null, changedAt, null, null, [], Raw(), at ?? Now);

    public static Postback Postback(long sequence, StatusEvent statusEvent = StatusEvent.Approve, string target = Tracker, string? label = null) =>
        new(NewId(), NewId(), target, statusEvent, label ?? statusEvent.ToString().ToLowerInvariant(), sequence, 12.50m, "EUR", null, Now);

    public static Outgoing Event(IAudited? message = null) => new(NewId(), message ?? Created());

    public static PostbackTemplate Template(string url) => new(url, new Uri(url.Replace('{', 'x').Replace('}', 'x')).GetLeftPart(UriPartial.Authority));

    /// <summary>Statuses 1 wait, 2 hold, 3 accepted (approve), 4 rejected (cancel), 5 trash, 6 "no answer" (hold), 9 ignored; every event is posted.</summary>
    public static Campaign Campaign(string url = Tracker + "/postback?c={click_id}&e={event}", params StatusEvent[] silent) => new(
        "first", "main", new HashSet<string> { "buyer" }, null, "10", "1", null, null,
        new Dictionary<string, string> { ["phone"] = "phoneFields.phone", ["click_id"] = "stringFields.click_id" }, new HashSet<string> { "phone" }, "DE",
        new StatusMap(new Dictionary<string, MappedStatus?>
        {
            ["1"] = new("wait", StatusEvent.Wait), ["2"] = new("hold", StatusEvent.Hold), ["3"] = new("accepted", StatusEvent.Approve),
            ["4"] = new("rejected", StatusEvent.Cancel), ["5"] = new("trash", StatusEvent.Trash), ["6"] = new("no answer", StatusEvent.Hold),
            ["9"] = null, ["group:SPAM"] = new("spam", StatusEvent.Trash),
        }),
        new Payout(20m, "USD"),
        Enum.GetValues<StatusEvent>().Except(silent).ToDictionary(e => e, _ => (IReadOnlyList<PostbackTemplate>)[Template(url)]), false, TimeSpan.FromSeconds(5));

    public static RelayConfig Config(params Campaign[] campaigns) => new(
        new Dictionary<string, Connection>(), new Dictionary<string, Partner>(), campaigns.ToDictionary(c => c.Alias), new Dictionary<string, Tracker>());
}
