using System.Text.Json.Serialization;
using LeadRelay.Persistence.Postbacks;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LeadRelay.PostbackDispatcher;

/// <summary>The operators' view of deliveries, and what may be done with one of them.</summary>
public static class PostbackEndpoints
{
    public static void MapPostbacks(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/postbacks", ListAsync);
        endpoints.MapGet("/postbacks/pending", PendingAsync);
        endpoints.MapGet("/postbacks/{id:guid}", FindAsync);
        endpoints.MapPost("/postbacks/{id:guid}/resend", ResendAsync);
        endpoints.MapPost("/postbacks/{id:guid}/cancel", CancelAsync);
    }

    /// <summary>Deliveries in the order they were made, page by page.</summary>
    /// <param name="order"><c>oldest</c> (default) or <c>newest</c>: which come first.</param>
    private static async Task<IResult> ListAsync([AsParameters] DeliveryQuery query, string? order, string? after, string? limit, IPostbackLedger ledger, Hosts hosts, CancellationToken ct)
    {
        if (!query.TryRead(out var filter, out var fault) || !OperatorAnswers.TryReadLimit(limit, out var atMost, out fault))
            return OperatorAnswers.Invalid(fault);
        if (QueryText.Given(order) is { } first && first is not ("oldest" or "newest"))
            return OperatorAnswers.Invalid("order must be oldest or newest: which come first.");
        try
        {
            var rows = await ledger.ListAsync(filter, QueryText.Given(after), atMost, ct, newestFirst: QueryText.Given(order) is "newest");
            return TypedResults.Ok(new Deliveries([.. rows.Select(row => DeliveryView.Of(row, hosts))], rows.Count == atMost ? rows[^1].Place : null));
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            return OperatorAnswers.NoSuchPlace;
        }
    }

    /// <summary>Deliveries that wait, those that are due next first.</summary>
    private static async Task<IResult> PendingAsync([AsParameters] DeliveryQuery query, string? limit, IPostbackLedger ledger, Hosts hosts, CancellationToken ct) =>
        query.TryRead(out var filter, out var fault) && OperatorAnswers.TryReadLimit(limit, out var atMost, out fault)
            ? TypedResults.Ok(new Deliveries([.. (await ledger.PendingAsync(filter, atMost, ct)).Select(row => DeliveryView.Of(row, hosts))]))
            : OperatorAnswers.Invalid(fault);

    private static async Task<IResult> FindAsync(Guid id, IPostbackLedger ledger, Hosts hosts, CancellationToken ct) =>
        await ledger.FindDeliveryAsync(id, ct) is { } row ? TypedResults.Ok(DeliveryView.Of(row, hosts)) : Unknown(id);

    private static async Task<IResult> ResendAsync(
        Guid id, ResendOrder? order, IPostbackLedger ledger, OutboxSender<IPostbackLedger> outbox, Retries retries, Hosts hosts, TimeProvider time, CancellationToken ct)
    {
        if (await ledger.FindDeliveryAsync(id, ct) is not { } row)
            return Unknown(id);
        var (isOnce, told) = (order?.Once is true, new List<Outgoing>());
        var resendId = isOnce ? Resends.OnceId(row) : Guid.CreateVersion7();
        if (isOnce && row.ResentAs is { } newer && newer != resendId)
            return OperatorAnswers.Problem(409, "sent again already", $"It was sent again since, as {newer}: GET /postbacks/{newer} says what became of that. Resend that one, if it has to be.");
        var resent = await ledger.ResendAsync(id, resendId, order?.Recorded ?? true, Resends.Told(resendId, null, order?.Reason, time.GetUtcNow(), told), ct);
        if (resent is Resent.UnderWay)
            return OperatorAnswers.Problem(409, "under way", "A postback of the same order to the same tracker is under way or waits already, and goes first: look at GET /postbacks/pending.");
        if (resent is Resent.Superseded)
            return OperatorAnswers.Problem(409, "superseded", "The tracker was promised a newer status of this order since, and an older one never follows a newer one. Resend the newer one instead.");
        retries.Wake();
        await outbox.TellAsync(told, time);
        var due = (await ledger.FindDeliveryAsync(resendId, ct) ?? await ledger.FindDeliveryAsync(id, ct))!;
        // Nothing is told where it was said before.
        return isOnce && told.Count is 0 && Resends.WhyNotAgain(due) is { } why
            ? OperatorAnswers.Problem(409, "sent again already", why)
            : TypedResults.Accepted($"/postbacks/{due.Postback.DeliveryId}", DeliveryView.Of(due, hosts));
    }

    private static async Task<IResult> CancelAsync(
        Guid id, CancelOrder? order, IPostbackLedger ledger, OutboxSender<IPostbackLedger> outbox, Hosts hosts, TimeProvider time, CancellationToken ct)
    {
        if (await ledger.FindDeliveryAsync(id, ct) is not { } row)
            return Unknown(id);
        var postback = row.Postback;
        var text = string.IsNullOrWhiteSpace(order?.Reason) ? "An operator cancelled it." : $"An operator cancelled it: {order.Reason}";
        Outgoing[] told = [new(StableId.Of($"{id} {nameof(CancelAsync)}", nameof(PostbackSkipped)), new PostbackSkipped(
            row.About, postback.Event, postback.Label, postback.Target, "cancelled", text, postback.Comment, postback.Sequence, time.GetUtcNow()))];
        if (!await ledger.CancelAsync(id, told, ct))
        {
            var state = (await ledger.FindDeliveryAsync(id, ct))!.State;
            return OperatorAnswers.Problem(409, "does not wait", state is DeliveryState.Claimed
                ? "An attempt is under way: what is being sent cannot be called back. If it fails, it waits again and can be cancelled."
                : $"It does not wait any more: it is {state.ToString().ToLowerInvariant()}.");
        }
        await outbox.TellAsync(told, time);
        return TypedResults.Ok(DeliveryView.Of((await ledger.FindDeliveryAsync(id, ct))!, hosts));
    }

    private static ProblemHttpResult Unknown(Guid id) => OperatorAnswers.Problem(404, "unknown delivery", $"There is no delivery {id}: GET /postbacks lists those there are.");
}

/// <summary>Deliveries found.</summary>
/// <param name="Next">Give it as <c>after</c> to get the next page; absent on the last one.</param>
public sealed record Deliveries(IReadOnlyList<DeliveryView> Postbacks, string? Next = null);

/// <summary>How to send one again.</summary>
/// <param name="Recorded">Repeat the request as it was sent (default), where it is known; false renders it from today's configuration.</param>
/// <param name="Reason">For the record.</param>
/// <param name="Once">Only if it was not sent again yet: said twice it is one resend, which both are shown until it has ended; then it is refused.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ResendOrder(bool? Recorded, string? Reason, bool Once);

/// <param name="Reason">For the record.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record CancelOrder(string? Reason);
