using System.Text.Json.Serialization;
using LeadRelay.Bus;
using LeadRelay.Persistence.Audit;
using MassTransit;

namespace LeadRelay.AuditStore;

/// <summary><c>POST /audit/forget</c>: an operator has a person forgotten, by a lead or by the phone number.</summary>
public static class ForgetEndpoint
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    public static void MapForget(this IEndpointRouteBuilder endpoints) => endpoints.MapPost("/audit/forget", ForgetAsync);

    private static Task<IResult> ForgetAsync(ForgetOrder order, Readers readers, PhoneHashes phones, IAuditLog audit, ILeadViews views, IBus bus, TimeProvider time, HttpContext http) =>
        AuditEndpoints.AnswerAsync(http, readers, async (reader, ct) =>
        {
            if (!reader.MayReadPersonalData)
                return AuditEndpoints.Problem(403, "no permission", "Forgetting a person cannot be taken back: it is for whoever has the token of Operator__PersonalDataToken.");
            var phone = phones.Of(order.Phone);
            if (order.LeadId is null == phone is null || order.Phone?.TrimStart().StartsWith('0') is true)
                return AuditEndpoints.Invalid("Say who: either by lead_id, or by phone with its country code as +4915112345678.");
            var leads = order.LeadId is { } leadId ? [leadId] : await LeadsAsync(audit, phone!, ct);
            var known = await views.OfLeadsAsync(leads, ct);
            var ofLead = known.ToDictionary(view => view.LeadId, view => view.About);
            if (order.LeadId is not null && known.Count is 0)
                return AuditEndpoints.Problem(404, "unknown lead", $"The audit has no lead {order.LeadId}.");
            var asked = new AuditSearch(new AuditQuery { LeadIds = order.LeadId is { } one ? [one] : [] }, $"{(phone is null ? $"lead_id={order.LeadId}" : $"phone_hmac={phone}")}&reason={Uri.EscapeDataString(order.Reason ?? "")}", false);
            if (!await readers.RecordAsync(reader, "forget", asked))
                return AuditEndpoints.NotOnRecord();
            try
            {
                foreach (var id in leads)
                {
                    var about = ofLead.GetValueOrDefault(id) ?? new Subject(id);
                    await bus.PublishOnceAsync(new ForgetPerson(about with { ClickId = null }, order.Reason, time.GetUtcNow()), Guid.CreateVersion7(), Limit, time);
                }
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                return AuditEndpoints.Problem(503, "not confirmed", "The broker did not confirm all of it. Say it again when /health/ready says 200: doing it twice changes nothing.");
            }
            // Refused submissions are no leads: nobody else has anything of them.
            var refused = phone is null ? 0 : await audit.ErasePhoneAsync(phone, ct);
            return leads.Count is 0 && refused is 0
                ? AuditEndpoints.Problem(404, "unknown phone", "Nobody was found: nothing in the audit has this phone number.")
                : TypedResults.Accepted((string?)null, new Forgotten(leads, refused));
        });

    private static async Task<IReadOnlyList<Guid>> LeadsAsync(IAuditLog audit, string phone, CancellationToken ct)
    {
        var query = new AuditQuery { PhoneHash = phone, Limit = 1000 };
        HashSet<Guid> leads = [];
        while (true)
        {
            var page = await audit.SearchAsync(query, ct);
            leads.UnionWith(page.Select(entry => entry.About.LeadId).OfType<Guid>());
            if (page.Count < query.Limit)
                return [.. leads];
            query = query with { After = page[^1].Place };
        }
    }
}

/// <summary>Whom to forget.</summary>
/// <param name="Phone">With its country code.</param>
/// <param name="Reason">For the record.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ForgetOrder(Guid? LeadId, string? Phone, string? Reason);

/// <summary>What is being forgotten.</summary>
/// <param name="Leads">Each owner of data tells of each with a <c>PersonForgotten</c> on the lead's timeline.</param>
/// <param name="Refused">How many messages of refused submissions were erased.</param>
public sealed record Forgotten(IReadOnlyList<Guid> Leads, int Refused);
