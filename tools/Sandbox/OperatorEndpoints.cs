using System.Text.Json;

namespace LeadRelay.Sandbox;

/// <summary>What the call centre does in life: looks at orders and changes their status.</summary>
public static class OperatorEndpoints
{
    /// <param name="StatusId">A string or a number; without it the status stays.</param>
    /// <param name="Webhook">False changes silently.</param>
    private sealed record Change(JsonElement? StatusId = null, string? Comment = null, bool Webhook = true, bool? Locked = null, Reward? Reward = null);

    private sealed record OrderRow(
        string Id, string Company, string ProjectId, string StatusId, string StatusName, string Group, string? Comment, string? LeadId, string? ClickId,
        string CreatedAt, string StatusChangedAt, bool Locked, Reward? Reward, JsonElement Input);

    private sealed record Changed(OrderRow Order, WebhookResult? Webhook);

    public static void MapOperator(this IEndpointRouteBuilder app)
    {
        app.MapGet("/orders", (Crm crm, string? lead_id, string? after) =>
            TypedResults.Ok(crm.OrdersAfter(after).Where(order => lead_id is null || order.LeadId == lead_id).Select(Row)));
        app.MapPost("/orders/{id}/status", ChangeOrder);
    }

    private static async Task<IResult> ChangeOrder(string id, HttpRequest request, Crm crm, Webhooks webhooks)
    {
        var (change, fault) = await JsonBody.Read<Change>(request);
        if (change is null)
            return JsonBody.Refuse(fault!);
        if (change is { StatusId: null, Locked: null, Reward: null, Comment: null })
            return JsonBody.Refuse("Nothing to change: give \"status_id\", \"comment\", \"locked\" or \"reward\".");
        var status = OrderStatus.Find(change.StatusId?.ToString());
        if (change.StatusId is not null && status is null or { Archived: true })
            return JsonBody.Refuse($"There is no status \"{change.StatusId}\": there are {string.Join(", ", OrderStatus.All.Where(known => !known.Archived).Select(known => known.Id))}.");
        if (crm.Operate(id, status, change.Comment, change.Locked, change.Reward) is not { } order)
            return JsonBody.Refuse($"There is no order \"{id}\".", StatusCodes.Status404NotFound);

        // Taking or freeing an order alone is not a change that anyone is told of.
        var isTold = change.Webhook && (status is not null || change.Reward is not null || change.Comment is not null);
        return TypedResults.Ok(new Changed(Row(order), isTold ? await webhooks.Send(order) : null));
    }

    private static OrderRow Row(Order order) => new(
        order.Id, order.Company, order.ProjectId, order.Status.Id, order.Status.Name, order.Status.Group, order.Comment, order.LeadId, order.ClickId,
        OrderShape.Time(order.CreatedAt), OrderShape.Time(order.StatusChangedAt), order.Locked, order.Reward, order.Input);
}
