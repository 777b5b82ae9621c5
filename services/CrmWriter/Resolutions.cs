using LeadRelay.Bus;
using LeadRelay.Persistence.Crm;
using MassTransit;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LeadRelay.CrmWriter;

/// <summary>The operators' way out of a doubt: the list of leads in doubt, and the word on one of them.</summary>
public static class Resolutions
{
    private const int Most = 1000;

    public static void MapResolutions(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/leads/in-doubt", ListAsync);
        endpoints.MapPost("/leads/{leadId:guid}/resolution", ResolveAsync);
    }

    private static async Task<IResult> ListAsync(ICrmLedger ledger, CancellationToken ct) =>
        TypedResults.Ok(new LeadsInDoubt([.. (await ledger.InDoubtAsync(Most, ct)).Select(work => new LeadInDoubt(
            work.Id, work.Message.About.Campaign, work.Message.About.Partner, work.Outcome!.At, (work.Outcome as OrderInDoubt)?.Reason))]));

    private static async Task<IResult> ResolveAsync(Guid leadId, Resolution resolution, ICrmLedger ledger, IBus bus, TimeProvider time, CancellationToken ct)
    {
        if (string.IsNullOrWhiteSpace(resolution.OrderId) != resolution.SendAgain)
            return Problem(422, "bad resolution", "Say either order_id, if the order exists, or \"send_again\": true, if you have seen that it does not.");
        if (await ledger.FindLeadAsync(leadId, ct) is not { } lead)
            return Problem(404, "unknown lead", $"There is no lead {leadId}.");
        if (lead.State is not WorkState.InDoubt)
            return Problem(409, "not in doubt", $"The lead {leadId} is not in doubt: {lead.State}.");
        var doubtedAt = lead.Outcome!.At;
        if (resolution.At is { } seen && seen != doubtedAt)
            return Problem(409, "another doubt", $"The lead {leadId} is in doubt since {doubtedAt:O}, not {seen:O}: look again.");
        var orderId = resolution.SendAgain ? null : resolution.OrderId!.Trim();
        if (orderId is not null && await ledger.FindOrderAsync(lead.Message.About.Connection!, orderId, ct) is { } owner)
            return Problem(409, "another's order", $"The order {orderId} is that of the lead {owner.LeadId}.");
        var decided = new ResolveInDoubt(lead.Message.About, orderId, doubtedAt, resolution.Reason, time.GetUtcNow());
        try { await bus.PublishOnceAsync(decided, Guid.CreateVersion7(), TimeSpan.FromSeconds(5), time); }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return Problem(503, "not confirmed", "The broker did not confirm it in time; it may still take effect. Look at the lead before you say it again.");
        }
        return TypedResults.Accepted($"/leads/{leadId}", new Resolved(leadId, orderId, resolution.SendAgain));
    }

    private static ProblemHttpResult Problem(int status, string title, string text) => TypedResults.Problem(text, statusCode: status, title: title);
}

/// <summary>An operator's word: one of the first two.</summary>
/// <param name="OrderId">The order that exists.</param>
/// <param name="SendAgain">There is none.</param>
/// <param name="At">The doubt's own time, as the list has it; then a later doubt of the lead is left alone.</param>
/// <param name="Reason">For the record.</param>
public sealed record Resolution(string? OrderId, bool SendAgain, DateTimeOffset? At, string? Reason);

/// <summary>202: it will be done within seconds.</summary>
public sealed record Resolved(Guid LeadId, string? OrderId, bool SendAgain);

/// <summary>A lead of which nobody knows whether SalesRender has its order.</summary>
/// <param name="At">Since when.</param>
public sealed record LeadInDoubt(Guid LeadId, string? Campaign, string? Partner, DateTimeOffset At, string? Reason);

/// <summary>At most 1,000, the oldest first.</summary>
public sealed record LeadsInDoubt(IReadOnlyList<LeadInDoubt> Leads);
