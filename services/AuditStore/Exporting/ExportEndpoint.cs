using LeadRelay.Persistence.Audit;

namespace LeadRelay.AuditStore;

/// <summary><c>GET /audit/export</c>: all that fits, as a file. It goes on record before its first byte, and again when it ended.</summary>
public static class ExportEndpoint
{
    public const string What = "export";

    /// <summary>When one of the exports that are on their way may have ended, in seconds.</summary>
    private const string AskAgain = "30";

    public static void MapExport(this IEndpointRouteBuilder endpoints)
    {
        var places = new ExportPlaces();
        endpoints.MapGet("/audit/export", (Readers readers, PhoneHashes phones, IAuditLog audit, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<Export> logger, HttpContext http) =>
            ExportAsync(places, readers, phones, audit, lifetime, time, logger, http));
    }

    private static Task<IResult> ExportAsync(
        ExportPlaces places, Readers readers, PhoneHashes phones, IAuditLog audit, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<Export> logger, HttpContext http) =>
        AuditEndpoints.AnswerAsync(http, readers, async (reader, _) =>
        {
            if (!ExportAsked.TryRead(http.Request.Query, reader, phones, time.GetUtcNow(), out var asked, out var fault))
                return AuditEndpoints.Invalid(fault);
            if (asked.IsLog && !reader.IsOperator)
                return AuditEndpoints.Problem(403, "not for partners", "What is between the relay and SalesRender is for operators: leave out view=log.");
            if (places.Take() is not { } place)
            {
                http.Response.Headers.RetryAfter = AskAgain;
                return AuditEndpoints.Problem(429, "too many exports", $"{ExportPlaces.All} exports are on their way, and there are no more at once: try again when one of them has ended.");
            }
            http.Response.RegisterForDispose(place);
            if (await AuditEndpoints.RefusalAsync(readers, reader, What, asked.Search) is { } refusal)
                return refusal;
            // In clear it is on record by now.
            return asked.Search.Personal || await readers.RecordAsync(reader, What, asked.Search)
                ? new Export(asked, reader, readers, audit, logger, lifetime.ApplicationStopping)
                : AuditEndpoints.NotOnRecord();
        });
}
