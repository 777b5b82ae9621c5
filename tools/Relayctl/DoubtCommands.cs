using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace LeadRelay.Relayctl;

/// <summary>The commands on leads in doubt: CrmWriter's own API, from a shell.</summary>
internal static class DoubtCommands
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    public static async Task<int> ListAsync(Arguments _, TextWriter output)
    {
        var leads = (await CallAsync(HttpMethod.Get, "leads/in-doubt", null)).GetProperty("leads");
        foreach (var lead in leads.EnumerateArray())
            output.WriteLine($"{lead.GetProperty("lead_id")}  {lead.GetProperty("at")}  {lead.GetProperty("campaign")}  {lead.GetProperty("partner")}  {lead.GetProperty("reason")}");
        output.WriteLine(leads.GetArrayLength() is 0 ? "No lead is in doubt." : $"{leads.GetArrayLength()} lead(s) in doubt. Look for each in SalesRender, then: ./relayctl crm resolve LEAD_ID --order ID --at TIME, or --order none --at TIME to send it again.");
        return 0;
    }

    public static async Task<int> ResolveAsync(Arguments args, TextWriter output)
    {
        var order = args.Required("--order");
        var again = order is "none";
        await CallAsync(HttpMethod.Post, $"leads/{Uri.EscapeDataString(args.Name)}/resolution", new { order_id = again ? null : order, send_again = again, at = args["--at"], reason = args["--reason"] });
        output.WriteLine(again ? $"The lead {args.Name} is sent again." : $"The lead {args.Name} has the order {order}.");
        return 0;
    }

    private static async Task<JsonElement> CallAsync(HttpMethod method, string path, object? body)
    {
        var address = Environment.GetEnvironmentVariable("CrmWriter__Url") is { Length: > 0 } given ? given : "http://127.0.0.1:8084";
        if (!Uri.TryCreate(address.TrimEnd('/') + "/", UriKind.Absolute, out var service))
            throw new CommandException($"CrmWriter__Url is no address: {address}");
        using var http = new HttpClient { BaseAddress = service, Timeout = Limit };
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Environment.GetEnvironmentVariable("Operator__Token")
            ?? throw new CommandException("Operator__Token is not set: it is the token that the services have."));
        try
        {
            using var response = await http.SendAsync(request);
            var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
            return response.IsSuccessStatusCode ? answer : throw new CommandException(answer.TryGetProperty("detail", out var detail) ? $"{detail}" : $"CrmWriter answers {(int)response.StatusCode}.");
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or JsonException)
        {
            throw new CommandException($"CrmWriter at {service} does not answer: {e.Message} Set CrmWriter__Url if it is elsewhere.");
        }
    }
}
