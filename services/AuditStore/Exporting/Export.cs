using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using LeadRelay.Persistence.Audit;
using Microsoft.AspNetCore.Http.Features;

namespace LeadRelay.AuditStore;

/// <summary>
/// An export on its way: pages are read, turned into rows and written at the same time, each one ahead of the next step at
/// most, so that memory stays as it is however much there is. A slow reader slows it down, an outage of the store is waited out.
/// </summary>
public sealed partial class Export(ExportAsked asked, Reader reader, Readers readers, IAuditLog audit, ILogger<Export> logger, CancellationToken stopping) : IResult
{
    /// <summary>Characters of messages that are read at once, or one message.</summary>
    public const long MostText = 300_000;

    private const int MostUnflushed = 64 * 1024;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.ContentType = asked.IsCsv ? "text/csv; charset=utf-8" : "application/x-ndjson";
        response.Headers.ContentDisposition = $"attachment; filename=\"{asked.FileName}\"";
        response.Headers.CacheControl = "no-store";
        httpContext.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(httpContext.RequestAborted, stopping);
        var written = 0L;
        try
        {
            await WriteAsync(response.BodyWriter, () => written++, ended.Token);
            await response.CompleteAsync();
        }
        catch (Exception e)
        {
            // Of a reader that went away the pipe may know before the request does.
            if (!ended.IsCancellationRequested && e is not (OperationCanceledException or IOException))
                LogBrokeOff(e, written);
            // Whoever reads must not take a part for the whole.
            httpContext.Abort();
        }
        await readers.RecordAsync(reader, ExportEndpoint.What, asked.Search, written);
    }

    private async Task WriteAsync(PipeWriter body, Action wrote, CancellationToken ct)
    {
        var columns = asked.IsLog ? LogRows.Columns : MessageRows.Columns;
        using RowWriter writer = asked.IsCsv ? new CsvRowWriter(body, columns) : new NdjsonWriter(body, columns);
        await foreach (var page in OneAheadAsync(token => RowsAsync(token), ct))
        {
            foreach (var row in page)
            {
                writer.Write(row);
                wrote();
                if (body.UnflushedBytes > MostUnflushed)
                    await FlushAsync(body, ct);
            }
        }
        await FlushAsync(body, ct);
    }

    private static async Task FlushAsync(PipeWriter body, CancellationToken ct)
    {
        if ((await body.FlushAsync(ct)).IsCompleted)
            throw new OperationCanceledException("The reader went away.");
    }

    private async IAsyncEnumerable<IReadOnlyList<Cell[]>> RowsAsync([EnumeratorCancellation] CancellationToken ct)
    {
        var personal = asked.Search.Personal;
        await foreach (var page in OneAheadAsync(token => PagesAsync(token), ct))
            yield return asked.IsLog ? await LogRows.OfAsync(page, personal, audit, ct) : [.. page.Select(entry => MessageRows.Of(entry, reader, personal))];
    }

    private async IAsyncEnumerable<IReadOnlyList<AuditEntry>> PagesAsync([EnumeratorCancellation] CancellationToken ct)
    {
        // A page of the log also takes the payloads of its leads.
        var query = asked.Search.Query with { Limit = asked.IsLog ? 200 : 1000, MostText = MostText };
        while (await audit.SearchAsync(query, ct) is { Count: > 0 } page)
        {
            yield return page;
            query = query with { After = page[^1].Place };
        }
    }

    /// <summary>The same, where the next one is made while the last is used.</summary>
    private static async IAsyncEnumerable<T> OneAheadAsync<T>(Func<CancellationToken, IAsyncEnumerable<T>> source, [EnumeratorCancellation] CancellationToken ct)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await using var items = source(ended.Token).GetAsyncEnumerator(ended.Token);
        Task<bool> NextAsync() => Task.Run(() => items.MoveNextAsync().AsTask());
        var next = NextAsync();
        try
        {
            while (await next)
            {
                var item = items.Current;
                next = NextAsync();
                yield return item;
            }
        }
        finally
        {
            await ended.CancelAsync();
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, EventName = "ExportBrokeOff", Message = "An export broke off after {Rows} rows")]
    private partial void LogBrokeOff(Exception e, long rows);
}
