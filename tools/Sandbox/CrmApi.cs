using System.Text.Json.Nodes;
using LeadRelay.Sandbox.GraphQl;

namespace LeadRelay.Sandbox;

/// <summary>What the fields of the schema do: those of the company's address and those of the webmasters'.</summary>
public sealed class CrmApi(Crm crm, Webhooks webhooks, SandboxOptions options)
{
    public const string Currency = "EUR";

    private static readonly (string Type, string Code)[] KnownFields =
    [
        ("PhoneOrderField", "phone"),
        ("HumanNameOrderField", "name"),
        ("StringOrderField", "lead_id"),
        ("StringOrderField", "click_id"),
        ("StringOrderField", "comment"),
        ("StringOrderField", "sub1"),
    ];

    public IReadOnlyDictionary<string, Resolver> Crm(string company) => new Dictionary<string, Resolver>
    {
        ["Query.ordersFetcher"] = arguments => OrderSearch.Run(crm.Orders().Where(order => order.Company == company), arguments),
        ["Query.statusesFetcher"] = arguments => Statuses(arguments["filters"]),
        ["Query.fields"] = _ => Fields(),
        ["Query.company"] = _ => new JsonObject { ["currency"] = Currency },
        ["Mutation.orderMutation"] = _ => new JsonObject(),
        ["OrderMutation.addOrder"] = arguments => OrderShape.Full(Create(company, OrderDraft.FromOrder(arguments["input"]!.AsObject()))),
        ["OrderMutation.updateOrder"] = arguments => OrderShape.Full(Update(company, arguments["input"]!)),
    };

    public IReadOnlyDictionary<string, Resolver> Cpa(string company) => new Dictionary<string, Resolver>
    {
        ["Mutation.leadMutation"] = _ => new JsonObject(),
        ["LeadMutation.addLead"] = arguments => OrderShape.Full(Create(company, OrderDraft.FromLead(arguments["input"]!.AsObject()))),
    };

    public Order Create(string company, OrderDraft draft)
    {
        var order = crm.Add(company, draft);
        if (options.WebhookOnCreate)
            webhooks.Fire(order);
        return order;
    }

    private Order Update(string company, JsonNode input)
    {
        var order = crm.Update(company, input["id"]!.GetValue<string>(), input["statusId"]?.GetValue<string>(), OrderDraft.FieldsOf(input["orderData"]));
        webhooks.Fire(order);
        return order;
    }

    private static JsonObject Statuses(JsonNode? filters)
    {
        var ids = OrderSearch.Ids(filters, "include", "ids");
        var archived = filters?["include"]?["archived"]?.GetValue<bool>();
        return new JsonObject
        {
            ["statuses"] = new JsonArray([.. OrderStatus.All.Where(status => (archived ?? status.Archived) == status.Archived && (ids?.Contains(status.Id) ?? true)).Select(OrderShape.Status)]),
        };
    }

    private static JsonObject Fields() => new()
    {
        ["orderFieldsFetcher"] = new JsonObject
        {
            ["fields"] = new JsonArray([.. KnownFields.Select(field => new JsonObject { ["__typename"] = field.Type, ["name"] = field.Code })]),
        },
    };
}
