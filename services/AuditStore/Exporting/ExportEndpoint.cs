using LeadRelay.Persistence.Audit;

namespace LeadRelay.AuditStore;

/// <summary><c>GET /audit/export</c>: all that fits, as a file. It goes on record before its first byte, and again when it ended.</summary>
public static class ExportEndpoint
{
    public const string What = "export";

    public static void MapExport(this IEndpointRouteBuilder endpoints) => endpoints.MapGet("/audit/export", ExportAsync);

    private static Task<IResult> ExportAsync(
        Readers readers, PhoneHashes phones, IAuditLog audit, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<Export> logger, HttpContext http) =>
        AuditEndpoints.AnswerAsync(http, readers, async (reader, _) =>
        {
            if (!ExportAsked.TryRead(http.Request.Query, reader, phones, time.GetUtcNow(), out var asked, out var fault))
                return AuditEndpoints.Invalid(fault);
            if (asked.IsLog && !reader.IsOperator)
                return AuditEndpoints.Problem(403, "not for partners", "What is between the relay and SalesRender is for operators: leave out view=log.");
            if (await AuditEndpoints.RefusalAsync(readers, reader, What, asked.Search) is { } refusal)
                return refusal;
            // In clear it is on record by now.
            return asked.Search.Personal || await readers.RecordAsync(reader, What, asked.Search)
                ? new Export(asked, reader, readers, audit, logger, lifetime.ApplicationStopping)
                : AuditEndpoints.NotOnRecord();
        });
}
