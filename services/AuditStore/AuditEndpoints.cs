using System.Text.Json;
using LeadRelay.Persistence.Audit;

namespace LeadRelay.AuditStore;

/// <summary>The operators' questions to the audit.</summary>
public static class AuditEndpoints
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    public static void MapAudit(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/leads/{leadId:guid}/timeline", TimelineAsync);
        endpoints.MapGet("/audit", QueryAsync);
    }

    /// <summary>Everything about a lead, oldest first.</summary>
    private static Task<IResult> TimelineAsync(Guid leadId, IAuditLog audit, HttpContext http) => AnswerAsync(http, async ct =>
    {
        var entries = await audit.TimelineAsync(leadId, ct);
        return entries.Count is 0
            ? TypedResults.Problem($"The audit has nothing about the lead {leadId}.", statusCode: StatusCodes.Status404NotFound, title: "unknown lead")
            : TypedResults.Ok(new Timeline(leadId, [.. entries.Select(View)]));
    });

    /// <summary>Messages by campaign, kind and time, newest first.</summary>
    private static Task<IResult> QueryAsync(string? campaign, string? kind, DateTimeOffset? from, DateTimeOffset? to, int? limit, IAuditLog audit, HttpContext http) => AnswerAsync(http, async ct =>
        limit is < 1 or > 1000
            ? TypedResults.Problem("limit must be 1 to 1000.", statusCode: StatusCodes.Status400BadRequest, title: "bad limit")
            : TypedResults.Ok(new Found([.. (await audit.QueryAsync(new AuditQuery(campaign, kind, from, to, limit ?? 100), ct)).Select(View)])));

    /// <summary>The store waits out its outages; somebody at a screen does not.</summary>
    private static async Task<IResult> AnswerAsync(HttpContext http, Func<CancellationToken, Task<IResult>> answer)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        limit.CancelAfter(Limit);
        try { return await answer(limit.Token); }
        catch (OperationCanceledException) when (!http.RequestAborted.IsCancellationRequested)
        {
            return TypedResults.Problem($"The store did not answer within {Limit.TotalSeconds} s.", statusCode: StatusCodes.Status503ServiceUnavailable, title: "store unavailable");
        }
    }

    private static Entry View(AuditEntry entry) => new(entry.At, entry.Kind, entry.MessageId, StoredMessage.Json(entry));
}

/// <summary>A lead's story.</summary>
public sealed record Timeline(Guid LeadId, IReadOnlyList<Entry> Entries);

/// <summary>What a query found.</summary>
public sealed record Found(IReadOnlyList<Entry> Entries);

/// <summary>One message.</summary>
/// <param name="Message">As it was sent.</param>
public sealed record Entry(DateTimeOffset At, string Kind, Guid MessageId, JsonElement Message);
