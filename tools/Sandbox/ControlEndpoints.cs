namespace LeadRelay.Sandbox;

/// <summary>For those who try things: faults to order, counts to check, a clean slate.</summary>
public static class ControlEndpoints
{
    private sealed record Ledger(int CrmCalls, int Orders, IReadOnlyDictionary<string, int> OrdersPerLead, int Postbacks, int RepeatedPostbacks);

    public static void MapControl(this IEndpointRouteBuilder app)
    {
        app.MapPost("/faults", AddFault);
        app.MapDelete("/faults", (Faults faults) => faults.Clear());
        app.MapGet("/ledger", (Crm crm, Tracker tracker) => TypedResults.Ok(Count(crm, tracker.Postbacks())));
        app.MapPost("/reset", (Crm crm, Tracker tracker, Faults faults) =>
        {
            crm.Clear();
            tracker.Clear();
            faults.Clear();
        });
        app.MapGet("/health/live", () => TypedResults.Text("Healthy"));
        app.MapGet("/health/ready", () => TypedResults.Text("Healthy"));
    }

    private static async Task<IResult> AddFault(HttpRequest request, Faults faults)
    {
        var (fault, wrong) = await JsonBody.Read<Fault>(request);
        wrong ??= fault!.WhatIsWrong();
        return wrong is null ? TypedResults.Ok(new { active = faults.Add(fault!) }) : JsonBody.Refuse(wrong);
    }

    private static Ledger Count(Crm crm, IReadOnlyList<Postback> postbacks)
    {
        var orders = crm.Orders();
        var perLead = orders.Where(order => order.LeadId is not null).CountBy(order => order.LeadId!).ToDictionary();
        return new Ledger(crm.Calls, orders.Count, perLead, postbacks.Count, Tracker.Repeated(postbacks));
    }
}
