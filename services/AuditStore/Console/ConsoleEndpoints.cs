using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using LeadRelay.Configuration;
using LeadRelay.Persistence.Audit;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LeadRelay.AuditStore;

/// <summary>The operators' console: what happened to a lead, and what needs a hand. Pages without scripts; whatever does something is a form that leads back to a page.</summary>
public static class ConsoleEndpoints
{
    /// <summary>Characters of a message that are shown of its raw view.</summary>
    private const int MostRaw = 200_000;

    /// <summary>For the record.</summary>
    private const string Reason = "from the console";

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void MapConsole(this WebApplication app, RouteGroupBuilder endpoints)
    {
        var (port, sessions) = (app.Services.GetRequiredKeyedService<LocalPort>(AuditStoreService.Name).Port, app.Services.GetRequiredService<Sessions>());
        app.UseWhen(http => http.Connection.LocalPort == port, console => console.Use(next => http => sessions.AroundAsync(http, next)));

        var open = endpoints.MapGroup("").WithMetadata(new ConsolePage(IsOpen: true));
        open.MapGet(Sessions.SignIn, (string? to) => Page<SignInPage>(new { To = to }));
        open.MapPost(Sessions.SignIn, SignInAsync);

        var pages = endpoints.MapGroup("").WithMetadata(new ConsolePage());
        var views = pages.MapGroup("").AddEndpointFilter(WithinLimitAsync);
        views.MapGet("/", HandAsync);
        views.MapGet("/find", FindAsync);
        views.MapGet("/campaigns", CampaignsAsync);
        views.MapGet("/lead/{id:guid}", (Guid id, string? from, string? open, HttpContext http) => LeadAsync(id, NumberIn(from), IdIn(open), isClear: false, http));
        views.MapPost("/lead/{id:guid}", InClearAsync);
        views.MapGet("/held", HeldAsync);
        pages.MapPost("/sign-out", (Delegate)SignOutAsync);
        pages.MapPost("/lead/{id:guid}/exists", (Guid id, HttpContext http) => ResolveAsync(id, http, form => new { order_id = form["order"].ToString(), send_again = false, at = form["at"].ToString(), reason = Reason }, "It is taken down: its postbacks go out within seconds."));
        pages.MapPost("/lead/{id:guid}/again", (Guid id, HttpContext http) => ResolveAsync(id, http, form => new { order_id = (string?)null, send_again = form["looked"] == "yes", at = form["at"].ToString(), reason = Reason }, "It is sent again within seconds."));
        pages.MapPost("/postbacks/{id:guid}/again", ResendAsync);
        pages.MapPost("/postbacks/again", ResendAllAsync);
        pages.MapPost("/held", ReleaseAsync);
    }

    private static async Task<IResult> SignInAsync(Sessions sessions, HttpContext http)
    {
        var form = await http.Request.ReadFormAsync();
        var to = form["to"].ToString();
        if (sessions.Begin(http, form["token"].ToString()) is not { } session)
            return Page<SignInPage>(new { To = to, Fault = "That is not the operator's token." }, StatusCodes.Status401Unauthorized);
        await http.SignInAsync(Sessions.Scheme, session);
        return SeeOther(http, IsOurs(to) ? to : "/");
    }

    private static async Task<IResult> SignOutAsync(HttpContext http)
    {
        await http.SignOutAsync(Sessions.Scheme);
        return SeeOther(http, Sessions.SignIn);
    }

    private static async Task<IResult> HandAsync(OtherServices services, IAuditLog audit, TimeProvider time, HttpContext http) =>
        Page<HandPage>(new { Needs = await Needs.AskAsync(services, audit, time.GetUtcNow(), http.RequestAborted), Said = Said.Take(http) });

    private static async Task<IResult> FindAsync(string? q, string? open, PhoneHashes phones, IAuditLog audit, ILeadViews views, OtherServices services, HttpContext http)
    {
        if (QueryText.Given(q) is not { } text)
            return TypedResults.LocalRedirect("/");
        var found = await Finder.FindAsync(text, phones, audit, views, services, http.RequestAborted);
        if (found is { Leads: [var only], Others: [], IsMore: false })
            return TypedResults.LocalRedirect($"/lead/{only.LeadId}");
        return Page<FoundPage>(new { Text = text, Found = found, Others = Story.Of(found.Others, personal: false), Open = IdIn(open), Raw = RawOf(found.Others, IdIn(open), isClear: false) });
    }

    private static async Task<IResult> CampaignsAsync(string? days, ILeadViews views, ConfigStore config, TimeProvider time, HttpContext http)
    {
        var shown = CampaignsPage.Periods.Contains(NumberIn(days)) ? NumberIn(days) : CampaignsPage.Periods[0];
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var counts = await views.CountAsync(new CountQuery(null, null, new DateTimeOffset(today.AddDays(1 - shown), TimeOnly.MinValue, TimeSpan.Zero), null), http.RequestAborted);
        return Page<CampaignsPage>(new { Days = shown, Charts = CampaignChart.Of(CampaignDay.Of(counts), today, shown), Campaigns = config.Current.Campaigns.Keys.Order(StringComparer.Ordinal).ToList() });
    }

    private static async Task<IResult> LeadAsync(Guid id, int from, Guid? open, bool isClear, HttpContext http)
    {
        var services = http.RequestServices;
        var entries = await services.GetRequiredService<IAuditLog>().TimelineAsync(id, http.RequestAborted, AuditEndpoints.MostText);
        var view = await services.GetRequiredService<ILeadViews>().OfLeadsAsync([id], http.RequestAborted) is [var known] ? known : null;
        if (entries.Count is 0 && view is null)
            return Pages.Notice(StatusCodes.Status404NotFound, "Nobody knows this lead", $"The audit has nothing about the lead {id}.");
        from = Math.Clamp(from, 0, entries.Count);
        List<AuditEntry> shown = [.. entries.Skip(from).Take(LeadPage.Most)];
        return Page<LeadPage>(new
        {
            Id = id, View = view, Told = Story.Of(shown, isClear), entries.Count, From = from, IsMore = entries.Sum(entry => (long)entry.Message.Length) >= AuditEndpoints.MostText,
            Actions = LeadActions.Of([.. entries.Select(StoredMessage.Of)], view?.End.State is "in_doubt"), Open = open, Raw = RawOf(shown, open, isClear),
            IsClear = isClear, MayReadPersonalData = Sessions.ReaderOf(http)!.MayReadPersonalData, Said = Said.Take(http),
        });
    }

    private static async Task<IResult> InClearAsync(Guid id, Readers readers, HttpContext http)
    {
        var reader = Sessions.ReaderOf(http)!;
        if (!reader.MayReadPersonalData)
            return Pages.Notice(StatusCodes.Status403Forbidden, "This is not for your token", "Personal data in clear is shown to who signed in with the token of Operator__PersonalDataToken.");
        var asked = new AuditSearch(new AuditQuery { LeadIds = [id] }, $"lead_id={id}&personal=true", Personal: true);
        return await readers.RecordAsync(reader, "timeline", asked) ? await LeadAsync(id, 0, null, isClear: true, http)
            : Pages.Notice(StatusCodes.Status503ServiceUnavailable, "Nothing is shown", "This must be put on record first, and the broker does not confirm it. Try again when the services below are well.");
    }

    private static async Task<IResult> ResolveAsync(Guid id, HttpContext http, Func<IFormCollection, object> word, string done)
    {
        var services = http.RequestServices.GetRequiredService<OtherServices>();
        return await SayAsync(http, $"/lead/{id}", services.PostAsync("CrmWriter", $"leads/{id}/resolution", word(await http.Request.ReadFormAsync()), done, http.RequestAborted));
    }

    private static async Task<IResult> ResendAsync(Guid id, OtherServices services, HttpContext http)
    {
        var lead = (await http.Request.ReadFormAsync())["lead"];
        return await SayAsync(http, Guid.TryParse(lead, out var known) ? $"/lead/{known}" : "/",
            services.PostAsync("PostbackDispatcher", $"postbacks/{id}/resend", new { reason = Reason }, "The postback is sent again now.", http.RequestAborted));
    }

    private static async Task<IResult> ResendAllAsync(OtherServices services, TimeProvider time, HttpContext http)
    {
        var target = (await http.Request.ReadFormAsync())["target"].ToString();
        var order = new { target, state = "failed", from = Needs.Since(time.GetUtcNow()), reason = Reason };
        return await SayAsync(http, "/", services.PostAsync("PostbackDispatcher", "postbacks/resends", order, $"What failed at {target} is sent again: the job below says how far that is.", http.RequestAborted));
    }

    private static async Task<IResult> HeldAsync(string? campaign, string? status, string? label, string? @event, OtherServices services, ConfigStore config, HttpContext http)
    {
        if (campaign is null || status is null || !config.Current.Campaigns.TryGetValue(campaign, out var known))
            return Pages.Notice(StatusCodes.Status404NotFound, "There is no such campaign", "Nothing can be said about a status of it: is it still in the configuration?");
        var held = await services.GetAsync<HeldStatuses>("PostbackDispatcher", $"held?campaign={Uri.EscapeDataString(campaign)}&limit={Needs.Most}", http.RequestAborted);
        var ((id, group), map) = (KeyOf(status), known.StatusMap);
        StatusEvent? meant = Enum.TryParse<StatusEvent>(@event, ignoreCase: true, out var given) ? given : null;
        if (QueryText.Given(label) is { } name)
            meant ??= map.Entries.Values.FirstOrDefault(entry => entry?.Label == name)?.Event ?? MappedStatus.DefaultEvent(name);
        return Page<HeldPage>(new
        {
            Campaign = campaign, Key = status, IsMapped = map.EntryFor(id, group) is not null, Labels = map.Labels.ToList(), Held = held,
            Group = HeldGroup.Of(held.Value?.Held ?? []).FirstOrDefault(each => each.Campaign == campaign && each.Key == status), Label = QueryText.Given(label), Meant = meant, Said = Said.Take(http),
        });
    }

    private static async Task<IResult> ReleaseAsync(OtherServices services, HttpContext http)
    {
        var form = await http.Request.ReadFormAsync();
        string Given(string name) => form[name].ToString();
        var (campaign, (id, group)) = (Given("campaign"), KeyOf(Given("status")));
        var order = new { status_id = id, status_group = group, label = Given("label"), @event = QueryText.Given(Given("event")), reason = Reason };
        return await SayAsync(http, HeldPage.Address(campaign, Given("status")),
            services.PostAsync("PostbackDispatcher", $"campaigns/{Uri.EscapeDataString(campaign)}/release", order, $"What is held of status {Given("status")} is released as {Given("label")} within seconds.", http.RequestAborted));
    }

    private static (string? Id, string? Group) KeyOf(string key) => key.StartsWith("group:", StringComparison.Ordinal) ? (null, key["group:".Length..]) : (key, null);

    /// <summary>What an address says that was changed by hand is read as nothing.</summary>
    private static int NumberIn(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static Guid? IdIn(string? text) => Guid.TryParse(text, out var id) ? id : null;

    /// <summary>Leads back to a page, which says what came of it.</summary>
    private static async Task<IResult> SayAsync(HttpContext http, string page, Task<Said> deed)
    {
        (await deed).Put(http);
        return SeeOther(http, page);
    }

    /// <summary>303: the page is asked for with GET, so that loading it again does nothing twice.</summary>
    private static StatusCodeHttpResult SeeOther(HttpContext http, string page)
    {
        http.Response.Headers.Location = page;
        return TypedResults.StatusCode(StatusCodes.Status303SeeOther);
    }

    /// <summary>Of this console: <c>//host</c> and <c>/\host</c> lead elsewhere.</summary>
    private static bool IsOurs(string address) => address is ['/', ..] and not ['/', '/' or '\\', ..] && !address.Any(char.IsControl) && address.All(char.IsAscii);

    private static string? RawOf(IReadOnlyList<AuditEntry> entries, Guid? open, bool isClear)
    {
        if (entries.FirstOrDefault(entry => entry.MessageId == open) is not { } entry)
            return null;
        using var message = JsonDocument.Parse(isClear ? entry.Message : PersonalData.Mask(entry.Message));
        var text = JsonSerializer.Serialize(message.RootElement, Readable);
        return text.Length <= MostRaw ? text : $"{text[..MostRaw]}…\n(There is more of it: GET /audit?lead_id=… has all.)";
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

    private static RazorComponentResult<T> Page<T>(object parameters, int status = StatusCodes.Status200OK) where T : IComponent =>
        new(parameters) { StatusCode = status, PreventStreamingRendering = true };
}
