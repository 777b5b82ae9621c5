using System.Text.Json;
using LeadRelay.Persistence.Audit;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LeadRelay.AuditStore;

/// <summary>Search, timeline and statistics: the operator's over everything, a partner's over what is its own. Personal data is masked unless it is asked for in clear, which is permitted to some and put on record first.</summary>
public static class AuditEndpoints
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>Characters of messages in one answer, or one message.</summary>
    public const long MostText = 8_000_000;

    public static void MapAudit(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/leads/{leadId}/timeline", TimelineAsync);
        endpoints.MapGet("/audit", SearchAsync);
        endpoints.MapGet("/audit/apart", ApartAsync);
        endpoints.MapGet("/audit/statistics", StatisticsAsync);
    }

    /// <summary>Everything about a lead, oldest first.</summary>
    private static Task<IResult> TimelineAsync(string leadId, Readers readers, PhoneHashes phones, IAuditLog audit, ILeadViews views, HttpContext http) => AnswerAsync(http, readers, async (reader, ct) =>
    {
        if (!Guid.TryParse(leadId, out var id))
            return Invalid($"This must be a lead's id, not \"{leadId}\".");
        if (!AuditSearch.TryRead(http.Request.Query, reader, phones, ["personal"], out var search, out var fault))
            return Invalid(fault);
        search = search with { Query = search.Query with { LeadIds = [id] } };
        if (await RefusalAsync(readers, reader, "timeline", search) is { } refusal)
            return refusal;
        // A lead is whose submission made it, whoever else is named with it.
        var isTheirs = reader.IsOperator || (await views.OfLeadsAsync([id], ct)).Any(view => view.About.Partner == reader.Partner && view.End.State is not LeadEnd.Rejected);
        var entries = isTheirs ? await audit.TimelineAsync(id, ct, MostText) : [];
        List<Entry> shown = [.. entries.Where(entry => reader.IsOperator || PartnersView.Shows(entry, reader.Partner!)).Select(entry => View(entry, reader, search.Personal))];
        return shown.Count is 0
            ? Problem(404, "unknown lead", $"The audit has nothing about the lead {id}.")
            : TypedResults.Ok(new Timeline(id, shown, entries.Sum(entry => (long)entry.Message.Length) >= MostText));
    });

    /// <summary>Messages, the newest first, page by page.</summary>
    private static Task<IResult> SearchAsync(Readers readers, PhoneHashes phones, IAuditLog audit, HttpContext http) => AnswerAsync(http, readers, async (reader, ct) =>
    {
        if (!AuditSearch.TryRead(http.Request.Query, reader, phones, AuditSearch.Names, out var search, out var fault))
            return Invalid(fault);
        if (await RefusalAsync(readers, reader, "search", search) is { } refusal)
            return refusal;
        try
        {
            var entries = await audit.SearchAsync(search.Query with { MostText = MostText }, ct);
            var isFull = entries.Count == search.Query.Limit || entries.Sum(entry => (long)entry.Message.Length) >= MostText;
            return TypedResults.Ok(new Found([.. entries.Select(entry => View(entry, reader, search.Personal))], isFull ? entries[^1].Place : null));
        }
        catch (FormatException)
        {
            return Invalid("after must be the \"next\" of the page before.");
        }
    });

    /// <summary>Messages that the store would not take.</summary>
    private static Task<IResult> ApartAsync(Readers readers, IAuditLog audit, HttpContext http) => AnswerAsync(http, readers, async (reader, ct) => !reader.IsOperator
        ? Problem(403, "not for partners", "This is for operators.")
        : TypedResults.Ok(new SetApart([.. (await audit.ApartAsync(100, ct)).Select(entry => new ApartView(entry.At, entry.Kind, entry.MessageId, entry.Reason, entry.Bytes))])));

    /// <summary>What became of leads, by campaign and the day they were submitted.</summary>
    private static Task<IResult> StatisticsAsync(Readers readers, PhoneHashes phones, ILeadViews views, HttpContext http) => AnswerAsync(http, readers, async (reader, ct) =>
        AuditSearch.TryRead(http.Request.Query, reader, phones, ["campaign", "partner", "from", "to"], out var search, out var fault)
            ? TypedResults.Ok(new Statistics(CampaignDay.Of(await views.CountAsync(new CountQuery(search.Query.Campaign, search.Query.Partner, search.Query.From, search.Query.To), ct))))
            : Invalid(fault));

    /// <summary>Why somebody may not read this; null when he may, and it is on record where it must be.</summary>
    public static async Task<IResult?> RefusalAsync(Readers readers, Reader reader, string what, AuditSearch search)
    {
        if (!search.Personal)
            return null;
        if (!reader.MayReadPersonalData)
            return Problem(403, "no permission", "Personal data in clear is for whoever has the token of Operator__PersonalDataToken. Leave out personal=true to read it masked.");
        return await readers.RecordAsync(reader, what, search) ? null : NotOnRecord();
    }

    public static ProblemHttpResult NotOnRecord() => Problem(503, "nothing was done", "This must be put on record first, and the broker does not confirm it: try again when /health/ready says 200.");

    public static ProblemHttpResult Problem(int status, string title, string text) => TypedResults.Problem(text, statusCode: status, title: title);

    public static ProblemHttpResult Invalid(string text) => Problem(StatusCodes.Status400BadRequest, "not understood", text);

    /// <summary>The store waits out its outages; somebody at a screen does not.</summary>
    public static async Task<IResult> AnswerAsync(HttpContext http, Readers readers, Func<Reader, CancellationToken, Task<IResult>> answer)
    {
        if (readers.Of(http.Request) is not { } reader)
        {
            http.Response.Headers.WWWAuthenticate = "Bearer";
            return Problem(401, "Not a reader", "Send the operator's token as Authorization: Bearer …, or a partner's key as X-Api-Key.");
        }
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        limit.CancelAfter(Limit);
        try { return await answer(reader, limit.Token); }
        catch (OperationCanceledException) when (!http.RequestAborted.IsCancellationRequested)
        {
            return Problem(503, "store unavailable", $"The store did not answer within {Limit.TotalSeconds} s.");
        }
    }

    private static Entry View(AuditEntry entry, Reader reader, bool personal)
    {
        var json = personal ? entry.Message : PersonalData.Mask(entry.Message);
        return new(entry.At, entry.Kind, entry.MessageId, reader.IsOperator ? JsonElement.Parse(json) : PartnersView.Of(entry.Kind, json));
    }
}

/// <summary>A lead's story.</summary>
/// <param name="More">Whether there is more than fits into one answer: a search by the lead has it page by page.</param>
public sealed record Timeline(Guid LeadId, IReadOnlyList<Entry> Entries, bool More);

/// <summary>What a search found.</summary>
/// <param name="Next">Give it as <c>after</c> to get the next page; null on the last one.</param>
public sealed record Found(IReadOnlyList<Entry> Entries, string? Next);

/// <summary>One message.</summary>
/// <param name="Message">As it was sent; personal data masked unless it was asked for.</param>
public sealed record Entry(DateTimeOffset At, string Kind, Guid MessageId, JsonElement Message);

/// <summary>What the store would not take.</summary>
public sealed record SetApart(IReadOnlyList<ApartView> Messages);

/// <param name="Bytes">Of the whole message.</param>
public sealed record ApartView(DateTimeOffset At, string Kind, Guid MessageId, string Reason, long Bytes);

/// <summary>What became of leads.</summary>
public sealed record Statistics(IReadOnlyList<CampaignDay> Days);
