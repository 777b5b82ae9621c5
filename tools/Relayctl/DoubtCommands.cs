namespace LeadRelay.Relayctl;

/// <summary>The commands on leads in doubt: CrmWriter's own API, from a shell.</summary>
internal static class DoubtCommands
{
    private static readonly ServiceApi Api = new("CrmWriter", 8084);

    public static async Task<int> ListAsync(Arguments _, TextWriter output)
    {
        var leads = (await Api.GetAsync("leads/in-doubt")).GetProperty("leads");
        foreach (var lead in leads.EnumerateArray())
            output.WriteLine($"{lead.GetProperty("lead_id")}  {lead.GetProperty("at")}  {lead.GetProperty("campaign")}  {lead.GetProperty("partner")}  {lead.GetProperty("reason")}");
        output.WriteLine(leads.GetArrayLength() is 0 ? "No lead is in doubt." : $"{leads.GetArrayLength()} lead(s) in doubt. Look for each in SalesRender, then: ./relayctl crm resolve LEAD_ID --order ID --at TIME, or --order none --at TIME to send it again.");
        return 0;
    }

    public static async Task<int> ResolveAsync(Arguments args, TextWriter output)
    {
        var order = args.Required("--order");
        var again = order is "none";
        await Api.PostAsync($"leads/{Uri.EscapeDataString(args.Name)}/resolution", new { order_id = again ? null : order, send_again = again, at = args["--at"], reason = args["--reason"] });
        output.WriteLine(again ? $"The lead {args.Name} is sent again." : $"The lead {args.Name} has the order {order}.");
        return 0;
    }
}
