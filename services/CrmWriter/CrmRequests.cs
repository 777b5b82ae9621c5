using System.Diagnostics;
using System.Text.Json.Nodes;
using LeadRelay.Configuration;

namespace LeadRelay.CrmWriter;

/// <summary>One call to be made to SalesRender.</summary>
/// <param name="Token">Null when the connection has none for this.</param>
/// <param name="Document">The GraphQL document; null where SalesRender takes plain JSON.</param>
/// <param name="Variables">The document's variables; without a document, the whole body.</param>
/// <param name="IdPath">Where the order's id stands in the answer, dotted.</param>
public sealed record CrmRequest(Uri Endpoint, Secret? Token, string? Document, JsonObject Variables, string IdPath);

/// <summary>Makes the call that a message needs: a new order through the connection's API, everything else through the company's.</summary>
public static class CrmRequests
{
    public static CrmRequest Of(IAudited message, Campaign campaign, Connection connection) => message switch
    {
        LeadSubmitted lead => Create(lead.About.LeadId!.Value, lead.Lead, campaign, connection),
        StatusUpdateRequested update => new(connection.CrmEndpoint, connection.Token, connection.Update.Document ?? Documents.UpdateOrder,
            Documents.ForUpdateOrder(update.About.OrderId!, update.StatusId!), connection.Update.IdPath ?? "data.orderMutation.updateOrder.id"),
        OrderInDoubt => NewestOrders(connection, 1),
        OrderVerificationRequested asked => new(connection.CrmEndpoint, connection.Token, connection.Read.Document ?? Documents.FindOrder,
            Documents.ForFindOrder(asked.About.OrderId!), ""),
        var other => throw new UnreachableException($"The ledger holds a {other.GetType().Name}."),
    };

    /// <param name="page">From 1.</param>
    public static CrmRequest NewestOrders(Connection connection, int page) =>
        new(connection.CrmEndpoint, connection.Token, connection.List.Document ?? Documents.NewestOrders, Documents.ForNewestOrders(page), "");

    private static CrmRequest Create(Guid leadId, Lead lead, Campaign campaign, Connection connection)
    {
        var (endpoint, token) = (connection.CreateEndpoint, connection.CreateToken(campaign));
        var (document, idPath) = connection.Create;
        return connection.Api switch
        {
            OrderApi.Cpa => new(endpoint, token, document ?? Documents.AddLead, Documents.ForAddLead(leadId, lead, campaign), idPath ?? "data.leadMutation.addLead.id"),
            OrderApi.CpaRest => new(endpoint, token, null, Documents.RestLead(leadId, lead, campaign), idPath ?? "id"),
            _ => new(endpoint, token, document ?? Documents.AddOrder, Documents.ForAddOrder(leadId, lead, campaign), idPath ?? "data.orderMutation.addOrder.id"),
        };
    }
}
