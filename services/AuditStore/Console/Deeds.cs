using System.Globalization;
using LeadRelay.Configuration;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LeadRelay.AuditStore;

/// <summary>What an operator has done from the console: each is a form, the call of an operators' API, and a page that says what came of it.</summary>
public static class Deeds
{
    public static void MapDeeds(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost("/lead/{id:guid}/exists", ExistsAsync);
        endpoints.MapPost("/lead/{id:guid}/again", SendAgainAsync);
        endpoints.MapPost("/postbacks/{id:guid}/again", ResendAsync);
        endpoints.MapPost("/postbacks/again", ResendAllAsync);
        endpoints.MapPost("/jobs/{id:guid}/stop", StopAsync);
        endpoints.MapPost("/held", ReleaseAsync);
        endpoints.MapPost("/sign-out", (Delegate)SignIn.SignOutAsync);
    }

    private static async Task<IResult> ExistsAsync(Guid id, OtherServices services, HttpContext http)
    {
        var form = await http.Request.ReadFormAsync();
        return await ResolveAsync(id, services, http, form, form["order"].ToString(), "The order is recorded as this lead's. Postbacks follow, if the campaign has any for it: load this page again to see them.");
    }

    private static async Task<IResult> SendAgainAsync(Guid id, OtherServices services, HttpContext http)
    {
        var form = await http.Request.ReadFormAsync();
        return form["looked"] == "yes"
            ? await ResolveAsync(id, services, http, form, null, "The lead is sent again within seconds: load this page again to see it.")
            : Say(http, $"/lead/{id}", new Said(false, "Nothing was done: look in SalesRender first, and say that you have."));
    }

    /// <param name="order">Null has the lead sent again.</param>
    private static async Task<IResult> ResolveAsync(Guid id, OtherServices services, HttpContext http, IFormCollection form, string? order, string done)
    {
        // Without it, it could be another doubt than the one that was looked into.
        return Say(http, $"/lead/{id}", DateTimeOffset.TryParse(form["at"], CultureInfo.InvariantCulture, out var at)
            ? await services.PostAsync("CrmWriter", $"leads/{id}/resolution", new { order_id = order, send_again = order is null, at, reason = Reason(http, form) }, done, http.RequestAborted)
            : new Said(false, "Nothing was done: the form is not whole. Load the page again."));
    }

    private static async Task<IResult> ResendAsync(Guid id, OtherServices services, HttpContext http)
    {
        var form = await http.Request.ReadFormAsync();
        var page = Guid.TryParse(form["lead"], out var lead) ? $"/lead/{lead}" : "/";
        if (form["delivered"] == "yes" && form["twice"] != "yes")
            return Say(http, page, new Said(false, "Nothing was done: the tracker has it already. Say that you know it may count twice."));
        // Once: a second tab or an old page must not count a conversion twice.
        return Say(http, page,
            await services.PostAsync("PostbackDispatcher", $"postbacks/{id}/resend", new { once = true, reason = Reason(http, form) }, "The postback is sent again now.", http.RequestAborted));
    }

    private static async Task<IResult> ResendAllAsync(OtherServices services, TimeProvider time, HttpContext http)
    {
        var form = await http.Request.ReadFormAsync();
        var target = form["target"].ToString();
        if (form["all"] != "yes" || target.Length is 0)
            return Say(http, "/", new Said(false, "Nothing was done: say that you mean all of a tracker's."));
        var order = new { target, state = "failed", from = Needs.Since(time.GetUtcNow()), reason = Reason(http, form) };
        return Say(http, "/", await services.PostAsync("PostbackDispatcher", "postbacks/resends", order, $"What failed at {target} is sent again. Jobs, below, say how far that is.", http.RequestAborted));
    }

    private static async Task<IResult> StopAsync(Guid id, OtherServices services, HttpContext http) =>
        Say(http, "/", await services.PostAsync("PostbackDispatcher", $"jobs/{id}/cancel", new { reason = Reason(http, await http.Request.ReadFormAsync()) }, "The job has stopped where it was.", http.RequestAborted));

    private static async Task<IResult> ReleaseAsync(OtherServices services, HttpContext http)
    {
        var form = await http.Request.ReadFormAsync();
        var (campaign, key, label) = (form["campaign"].ToString(), StatusKey.Of(form["status"].ToString()), form["label"].ToString());
        if (campaign.Length is 0)
            return Say(http, "/", new Said(false, "Nothing was done: the form is not whole. Load the page again."));
        var group = StatusKey.GroupIn(key);
        var order = new { status_id = group is null ? key : null, status_group = group, label, @event = form["event"].ToString(), reason = Reason(http, form) };
        return Say(http, HeldPage.Address(campaign, key), await services.PostAsync("PostbackDispatcher", $"campaigns/{Uri.EscapeDataString(campaign)}/release", order,
            $"What is held of status {key} is decided about as {label} now. Jobs, under Needs a hand, say what went out.", http.RequestAborted));
    }

    /// <summary>For the record: what the operator says, and from where.</summary>
    private static string Reason(HttpContext http, IFormCollection form) =>
        QueryText.Given(form["reason"]) is { } given ? $"{given} (console, {http.Connection.RemoteIpAddress})" : $"console, {http.Connection.RemoteIpAddress}";

    /// <summary>Leads back to a page, which says what came of it.</summary>
    private static StatusCodeHttpResult Say(HttpContext http, string page, Said said)
    {
        said.Put(http);
        return Pages.SeeOther(http, page);
    }
}
