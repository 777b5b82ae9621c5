using LeadRelay.Bus;
using LeadRelay.Configuration;
using MassTransit;

namespace LeadRelay.AuditStore;

/// <summary>Who reads the audit: the operator (with a token, or signed in to the console), everything; a partner with an API key, what is its own.</summary>
/// <param name="Partner">Null for the operator.</param>
/// <param name="MayReadPersonalData">In clear, if that is asked for.</param>
/// <param name="Address">From where.</param>
public sealed record Reader(string? Partner, bool MayReadPersonalData, string? Address)
{
    public bool IsOperator => Partner is null;
}

/// <summary>Knows who reads, and puts on record what must be.</summary>
public sealed partial class Readers(OperatorAccess operators, ConfigStore config, IBus bus, TimeProvider time, ILogger<Readers> logger)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <summary>Null for a stranger.</summary>
    public Reader? Of(HttpRequest request)
    {
        var address = request.HttpContext.Connection.RemoteIpAddress;
        if (operators.Allows(request.Headers.Authorization))
            return new Reader(null, operators.AllowsPersonalData(request.Headers.Authorization), address?.ToString());
        // What a link can ask for is masked: in clear it is shown to a form of the console's.
        if (HttpMethods.IsGet(request.Method) && Sessions.ReaderOf(request.HttpContext) is { } signedIn)
            return signedIn with { MayReadPersonalData = false };
        return ApiKey.Of(request) is { Length: > 0 } key && config.Current.PartnerWithKey(ApiKey.Hash(key)) is { } partner
            && partner.MayCallFrom(address)
            ? new Reader(partner.Name, false, address?.ToString())
            : null;
    }

    /// <summary>Puts on record that somebody reads; true only when it is.</summary>
    /// <param name="rows">Of an export that has ended.</param>
    public async Task<bool> RecordAsync(Reader reader, string what, AuditSearch asked, long? rows = null)
    {
        var about = new Subject(asked.Query.LeadIds.Count is 1 ? asked.Query.LeadIds.First() : null, Campaign: asked.Query.Campaign);
        var read = new AuditRead(about, reader.Partner ?? "operator", reader.Address, what, asked.Text, asked.Personal, rows, time.GetUtcNow());
        try
        {
            await bus.PublishOnceAsync(read, Guid.CreateVersion7(), Limit, time);
            return true;
        }
        catch (Exception e)
        {
            LogNotOnRecord(PersonalData.MaskText(e.Message));
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, EventName = "ReadNotOnRecord", Message = "A read of the audit could not be put on record: {Reason}")]
    private partial void LogNotOnRecord(string reason);
}
