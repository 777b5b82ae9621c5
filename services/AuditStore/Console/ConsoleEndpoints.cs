using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using LeadRelay.Configuration;
using LeadRelay.Persistence.Audit;

namespace LeadRelay.AuditStore;

/// <summary>The operators' console: what happened to a lead, and what needs a hand. Pages without scripts.</summary>
public static class ConsoleEndpoints
{
    /// <summary>Characters of a message that are shown of its raw view.</summary>
    private const int MostRaw = 200_000;

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void MapConsole(this WebApplication app, RouteGroupBuilder endpoints)
    {
        var (port, sessions) = (app.Services.GetRequiredKeyedService<LocalPort>(AuditStoreService.Name).Port, app.Services.GetRequiredService<Sessions>());
        app.UseWhen(http => http.Connection.LocalPort == port, console => console.Use(next => http => sessions.AroundAsync(http, next)));

        endpoints.MapGroup("").WithMetadata(new ConsolePage(IsOpen: true)).MapSignIn();
        var pages = endpoints.MapGroup("").WithMetadata(new ConsolePage());
        pages.MapDeeds();
        var views = pages.MapGroup("").AddEndpointFilter(WithinLimitAsync);
        views.MapGet("/", HandAsync);
        views.MapGet("/find", FindAsync);
        views.MapGet("/campaigns", CampaignsAsync);
        views.MapGet("/held", HeldAsync);
        views.MapGet("/lead/{id:guid}", (Guid id, string? from, string? open, HttpContext http) => LeadAsync(id, from, open, isClear: false, http));
        views.MapPost("/lead/{id:guid}", InClearAsync);
    }

    private static async Task<IResult> HandAsync(OtherServices services, IAuditLog audit, TimeProvider time, HttpContext http) =>
        Pages.Of<HandPage>(new { Needs = await Needs.AskAsync(services, audit, time.GetUtcNow(), http.RequestAborted), Said = Said.Take(http) });

    private static async Task<IResult> FindAsync(string? q, string? open, PhoneHashes phones, IAuditLog audit, ILeadViews views, OtherServices services, HttpContext http)
    {
        if (QueryText.Given(q) is not { } text)
            return TypedResults.LocalRedirect("/");
        var found = await Finder.FindAsync(text, phones, audit, views, services, http.RequestAborted);
        if (found is { Leads: [var only], Others: [], IsMore: false })
            return TypedResults.LocalRedirect($"/lead/{only.LeadId}");
        return Pages.Of<FoundPage>(new { Text = text, Found = found, Others = Story.Of(found.Others, personal: false), Open = IdIn(open), Raw = RawOf(found.Others, IdIn(open), isClear: false) });
    }

    private static async Task<IResult> CampaignsAsync(string? days, ILeadViews views, ConfigStore config, TimeProvider time, HttpContext http)
    {
        var shown = CampaignsPage.Periods.Contains(NumberIn(days)) ? NumberIn(days) : CampaignsPage.Periods[0];
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var counts = await views.CountAsync(new CountQuery(null, null, new DateTimeOffset(today.AddDays(1 - shown), TimeOnly.MinValue, TimeSpan.Zero), null), http.RequestAborted);
        return Pages.Of<CampaignsPage>(new { Days = shown, Charts = CampaignChart.Of(CampaignDay.Of(counts), today, shown), Campaigns = config.Current.Campaigns.Keys.Order(StringComparer.Ordinal).ToList() });
    }

    private static async Task<IResult> LeadAsync(Guid id, string? from, string? open, bool isClear, HttpContext http)
    {
        var services = http.RequestServices;
        var entries = await services.GetRequiredService<IAuditLog>().TimelineAsync(id, http.RequestAborted, AuditEndpoints.MostText);
        var view = await services.GetRequiredService<ILeadViews>().OfLeadsAsync([id], http.RequestAborted) is [var known] ? known : null;
        if (entries.Count is 0 && view is null)
            return Pages.Notice(StatusCodes.Status404NotFound, "Nobody knows this lead", $"The audit has nothing about the lead {id}.", Said.Take(http));
        var first = Math.Clamp(NumberIn(from), 0, entries.Count);
        List<AuditEntry> shown = [.. entries.Skip(first).Take(LeadPage.Most)];
        return Pages.Of<LeadPage>(new
        {
            Id = id, View = view, Told = Story.Of(shown, isClear), entries.Count, From = first, IsMore = entries.Sum(entry => (long)entry.Message.Length) >= AuditEndpoints.MostText,
            Actions = LeadActions.Of([.. entries.Select(StoredMessage.Of)], view?.End.State is "in_doubt"), Open = IdIn(open), Raw = RawOf(shown, IdIn(open), isClear),
            IsClear = isClear, Sessions.ReaderOf(http)!.MayReadPersonalData, Said = Said.Take(http),
        });
    }

    /// <summary>A form, not a link: what is asked for here goes on record, and nobody else can have it asked for.</summary>
    private static async Task<IResult> InClearAsync(Guid id, Readers readers, HttpContext http)
    {
        var reader = Sessions.ReaderOf(http)!;
        if (!reader.MayReadPersonalData)
            return Pages.Notice(StatusCodes.Status403Forbidden, "This is not for your token", "Personal data in clear is shown to who signed in with the token of Operator__PersonalDataToken.");
        var asked = new AuditSearch(new AuditQuery { LeadIds = [id] }, $"lead_id={id}&personal=true", Personal: true);
        var form = await http.Request.ReadFormAsync();
        return await readers.RecordAsync(reader, "timeline", asked) ? await LeadAsync(id, form["from"], form["open"], isClear: true, http)
            : Pages.Notice(StatusCodes.Status503ServiceUnavailable, "Nothing is shown", "This must be put on record first, and the broker does not confirm it. Try again when the services are well.");
    }

    private static async Task<IResult> HeldAsync(string? campaign, string? status, string? label, string? @event, OtherServices services, ConfigStore config, HttpContext http)
    {
        if (campaign is null || status is null || !config.Current.Campaigns.TryGetValue(campaign, out var known))
            return Pages.Notice(StatusCodes.Status404NotFound, "There is no such campaign", "Nothing can be said about a status of it: is it still in the configuration?", Said.Take(http));
        var key = StatusKey.Of(status);
        var held = await services.GetAsync<HeldStatuses>("PostbackDispatcher", $"held?campaign={Uri.EscapeDataString(campaign)}&status={Uri.EscapeDataString(key)}&limit={Needs.Most}", http.RequestAborted);
        var (map, name) = (known.StatusMap, QueryText.Given(label));
        var group = HeldGroup.Of(held.Value?.Held ?? []).FirstOrDefault(each => each.Key == key);
        var given = Enum.GetValues<StatusEvent>().Where(each => Telling.Word(each) == @event).Select(each => (StatusEvent?)each).FirstOrDefault();
        return Pages.Of<HeldPage>(new
        {
            Campaign = campaign, Key = key, IsMapped = map.Entries.ContainsKey(key) || map.EntryFor(group?.Examples[0].StatusId, group?.Examples[0].StatusGroup) is not null, Labels = map.Labels.ToList(), Held = held, Group = group,
            Label = name, Given = given, Meant = given ?? (name is null ? null : map.Entries.Values.FirstOrDefault(entry => entry?.Label == name)?.Event ?? MappedStatus.DefaultEvent(name)),
            Said = Said.Take(http),
        });
    }

    /// <summary>What an address says that was changed by hand is read as nothing.</summary>
    private static int NumberIn(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static Guid? IdIn(string? text) => Guid.TryParse(text, out var id) ? id : null;

    private static string? RawOf(IReadOnlyList<AuditEntry> entries, Guid? open, bool isClear)
    {
        if (entries.FirstOrDefault(entry => entry.MessageId == open) is not { } entry)
            return null;
        using var message = JsonDocument.Parse(isClear ? entry.Message : PersonalData.Mask(entry.Message));
        var text = JsonSerializer.Serialize(message.RootElement, Readable);
        return text.Length <= MostRaw ? text : $"{text[..MostRaw]}…\n(There is more of it: ./relayctl audit search has all.)";
    }

    /// <summary>The store waits out its outages; somebody at a screen does not.</summary>
    private static async ValueTask<object?> WithinLimitAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var (http, gone) = (context.HttpContext, context.HttpContext.RequestAborted);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(gone);
        limit.CancelAfter(AuditEndpoints.Limit);
        http.RequestAborted = limit.Token;
        try { return await next(context); }
        catch (OperationCanceledException) when (!gone.IsCancellationRequested)
        {
            return Pages.Notice(StatusCodes.Status503ServiceUnavailable, "The store does not answer", "The audit's store did not answer in time: /health/ready says more. Try again in a minute.");
        }
        finally { http.RequestAborted = gone; }
    }
}
