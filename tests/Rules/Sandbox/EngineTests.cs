using System.Text.Json;
using System.Text.Json.Nodes;
using LeadRelay.Sandbox;
using LeadRelay.Sandbox.GraphQl;

namespace LeadRelay.Tests.Rules.Sandbox;

/// <summary>Documents and variables against the real schema text; nothing is executed but what the table's stand-ins give.</summary>
public sealed class EngineTests
{
    private const string AddOrder = "mutation($input: AddOrderInput!) { orderMutation { addOrder(input: $input) { id } } }";
    private const string UpdateOrder = "mutation($input: UpdateOrderInput!) { orderMutation { updateOrder(input: $input) { id status { id name } } } }";
    private const string AddLead = "mutation($input: AddLeadInput!) { leadMutation { addLead(input: $input) { id } } }";
    private const string Orders = """
        query($pagination: Pagination, $filters: OrderSearchFilter, $sort: OrderSort) {
          ordersFetcher(pagination: $pagination, filters: $filters, sort: $sort) {
            orders { id status { id name group } createdAt lead { externalId reward { amount currency } } data { stringFields { field { id name } value } } }
            pageInfo { itemsCount pageSize pageNumber pagesCount }
          }
        }
        """;

    [Theory]
    [InlineData(AddOrder, """{"input":{"statusId":"1","projectId":2}}""")]
    [InlineData(AddOrder, """
        {"input":{"statusId":"1","projectId":"1",
          "orderData":{"phoneFields":[{"field":"phone","value":"+100"}],"humanNameFields":[{"field":"name","value":{"firstName":"A"}}],
            "addressFields":[{"field":"address","value":{"city":"X","address_1":"Y"}}],"stringFields":[{"field":"click_id","value":"c"}]},
          "cart":{"items":[{"itemId":1,"variation":1,"quantity":2,"price":1990}]},
          "source":{"refererUri":"https://x","ip":"10.0.0.1","utm_source":"s","subid_1":"1"},
          "lead":{"webmasterId":"7","offerId":8}}}
        """)]
    [InlineData(UpdateOrder, """{"input":{"id":"123","statusId":"5"}}""")]
    [InlineData(Orders, """{"pagination":{"pageNumber":1,"pageSize":100},"filters":{"include":{"ids":["1"]}},"sort":{"field":"id","direction":"DESC"}}""")]
    [InlineData(Orders, "{}")]
    [InlineData("query($filters: StatusSearchFilter) { statusesFetcher(filters: $filters) { statuses { id name group archived } } }", """{"filters":{"include":{"archived":false}}}""")]
    [InlineData("query { fields { orderFieldsFetcher { fields { name label __typename ... on StringOrderField { name } } } } }", "{}")]
    [InlineData("{ ordersFetcher(sort: {field: \"id\", direction: ASC}) { orders { ...O } } } fragment O on Order { id }", "{}")]
    public void What_the_CRM_knows_is_valid(string document, string variables) => Assert.Empty(Errors(SalesRenderSchema.Crm, document, variables));

    [Theory]
    [InlineData("""{"input":{"offerId":"5"}}""")]
    [InlineData("""{"input":{"offerId":5,"externalId":"e","data":{"phone_1":"1","humanName_1":{"firstName":"A"},"string_1":"c","comment":"x"},"source":{"ip":"10.0.0.1"}}}""")]
    public void What_the_CPA_knows_is_valid(string variables) => Assert.Empty(Errors(SalesRenderSchema.Cpa, AddLead, variables));

    [Theory]
    [InlineData("{}", "\"$input\" of required type \"AddOrderInput!\" was not provided")]
    [InlineData("""{"input":null}""", "expected \"AddOrderInput!\", found null")]
    [InlineData("""{"input":"x"}""", "found a string")]
    [InlineData("""{"input":{"statusId":"1"}}""", "\"projectId\" of required type \"ID!\" was not provided")]
    [InlineData("""{"input":{"statusId":null,"projectId":"1"}}""", "$input\".statusId: expected \"ID!\", found null")]
    [InlineData("""{"input":{"statusId":true,"projectId":"1"}}""", "expected \"ID!\", found a boolean")]
    [InlineData("""{"input":{"statusId":1.5,"projectId":"1"}}""", "expected \"ID!\", found a number")]
    [InlineData("""{"input":{"statusId":"1","projectId":"1","externalId":"x"}}""", "\"externalId\" is not defined by type \"AddOrderInput\"")]
    [InlineData("""{"input":{"statusId":"1","projectId":"1","orderData":{"phoneFields":[{"field":"phone","value":79001234567}]}}}""", "phoneFields[0].value: expected \"String!\", found a number")]
    [InlineData("""{"input":{"statusId":"1","projectId":"1","orderData":{"phoneFields":[null]}}}""", "phoneFields[0]: expected")]
    [InlineData("""{"input":{"statusId":"1","projectId":"1","cart":{"items":[{"itemId":"1","variation":1,"quantity":1,"price":1}]}}}""", "itemId: expected \"Int!\", found a string")]
    [InlineData("""{"input":{"statusId":"1","projectId":"1","cart":{"items":[{"itemId":1,"variation":1,"quantity":1,"price":19.9}]}}}""", "price: expected \"Int!\"")]
    [InlineData("""{"input":{"statusId":"1","projectId":"1","cart":{"items":[{"itemId":3000000000,"variation":1,"quantity":1,"price":1}]}}}""", "itemId: expected \"Int!\"")]
    [InlineData("""{"input":{"statusId":"1","projectId":"1","source":"x"}}""", "source: expected \"SourceInput\", found a string")]
    public void Variables_that_do_not_fit_are_refused_with_their_path(string variables, string says) =>
        Assert.Contains(Errors(SalesRenderSchema.Crm, AddOrder, variables), error => error.Contains(says, StringComparison.Ordinal));

    [Theory]
    [InlineData("{ orderById { id } }", "Cannot query field \"orderById\" on type \"Query\"")]
    [InlineData("{ company { name } }", "Cannot query field \"name\" on type \"Company\"")]
    [InlineData("{ company }", "must have a selection")]
    [InlineData("{ company { currency { x } } }", "must not have a selection")]
    [InlineData("{ company(id: 1) { currency } }", "\"id\" is not defined by field \"Query.company\"")]
    [InlineData("mutation { orderMutation { addOrder { id } } }", "\"input\" of required type \"AddOrderInput!\" was not provided")]
    [InlineData("mutation { orderMutation { updateOrder(input: {id: 1, statusId: [2]}) { id } } }", "expected \"ID\", found a list")]
    [InlineData("mutation { orderMutation { updateOrder(input: {id: 1, comment: \"x\"}) { id } } }", "\"comment\" is not defined by type \"UpdateOrderInput\"")]
    [InlineData("mutation { updateOrder(id: 1, statusId: 2) { id } }", "Cannot query field \"updateOrder\" on type \"Mutation\"")]
    [InlineData("mutation($input: AddLeadInput!) { leadMutation { addLead(input: $input) { id } } }", "Cannot query field \"leadMutation\"")]
    [InlineData("mutation($input: UpdateOrderStatusInput!) { orderMutation { updateOrder(input: $input) { id } } }", "no such input type")]
    [InlineData("mutation($input: AddOrderInput) { orderMutation { addOrder(input: $input) { id } } }", "is used where \"AddOrderInput!\" is expected")]
    [InlineData("mutation { orderMutation { addOrder(input: $input) { id } } }", "\"$input\" is not defined")]
    [InlineData("query($x: Int) { company { currency } }", "\"$x\" is never used")]
    [InlineData("{ ordersFetcher(sort: {field: \"id\", direction: \"ASC\"}) { orders { id } } }", "expected \"SortDirection!\", found a string")]
    [InlineData("{ ordersFetcher(sort: {field: \"id\", direction: UP}) { orders { id } } }", "found UP")]
    [InlineData("{ company { ...F } }", "Unknown fragment")]
    [InlineData("{ company { ...F } } fragment F on Company { ...F }", "contains itself")]
    [InlineData("{ company { currency } } fragment F on Company { currency }", "is never used")]
    [InlineData("{ company { ... on Order { id } } }", "can never be")]
    [InlineData("{ statusesFetcher { statuses { x: id x: name } } }", "conflict")]
    [InlineData("query A { company { currency } } query B { company { currency } }", "several operations")]
    public void A_document_that_the_schema_does_not_know_is_refused(string document, string says) =>
        Assert.Contains(Errors(SalesRenderSchema.Crm, document, "{}"), error => error.Contains(says, StringComparison.Ordinal));

    [Fact]
    public void The_webmasters_address_has_no_orders() =>
        Assert.Contains("orderMutation", Assert.Single(Errors(SalesRenderSchema.Cpa, UpdateOrder, """{"input":{"id":"1"}}""")), StringComparison.Ordinal);

    [Fact]
    public void The_answer_is_cut_to_the_selections()
    {
        var answer = Answer(SalesRenderSchema.Crm, """
            { __typename a: statusesFetcher { statuses { ...S } } a: statusesFetcher { statuses { group } } } fragment S on Status { __typename key: id }
            """, "{}");
        Assert.Equal("""{"data":{"__typename":"Query","a":{"statuses":[{"__typename":"Status","key":"3","group":"APPROVED"}]}}}""", answer.ToJsonString());
    }

    [Fact]
    public void The_schema_tells_what_an_input_has()
    {
        const string document = "query($name: String!) { __type(name: $name) { kind inputFields { name type { kind name ofType { kind name ofType { kind name } } } } enumValues { name } } }";
        Assert.Equal(
            """{"data":{"__type":{"kind":"INPUT_OBJECT","inputFields":[{"name":"items","type":{"kind":"LIST","name":null,"ofType":{"kind":"NON_NULL","name":null,"ofType":{"kind":"INPUT_OBJECT","name":"CartItemInput"}}}}],"enumValues":null}}}""",
            Answer(SalesRenderSchema.Crm, document, """{"name":"CartInput"}""").ToJsonString());
        Assert.Equal("""{"data":{"__type":null}}""", Answer(SalesRenderSchema.Cpa, document, """{"name":"Nothing"}""").ToJsonString());
    }

    private static string[] Errors(Schema schema, string document, string variables) =>
        Answer(schema, document, variables)["errors"] is JsonArray errors ? [.. errors.Select(error => error!["message"]!.GetValue<string>())] : [];

    private static JsonObject Answer(Schema schema, string document, string variables)
    {
        var body = new JsonObject { ["query"] = document, ["variables"] = JsonNode.Parse(variables) };
        return Engine.Answer(schema, GraphQlCall.Read(body.ToJsonString()), new Dictionary<string, Resolver>
        {
            ["Query.ordersFetcher"] = _ => JsonNode.Parse("""{"orders":[],"pageInfo":{"itemsCount":0,"pageSize":1,"pageNumber":1,"pagesCount":0}}"""),
            ["Query.statusesFetcher"] = _ => new JsonObject { ["statuses"] = new JsonArray(OrderShape.Status(OrderStatus.Find("3")!)) },
            ["Query.fields"] = _ => JsonNode.Parse("""{"orderFieldsFetcher":{"fields":[{"__typename":"StringOrderField","name":"click_id"}]}}"""),
            ["Query.company"] = _ => JsonNode.Parse("""{"currency":"EUR"}"""),
            ["Mutation.orderMutation"] = _ => new JsonObject(),
            ["Mutation.leadMutation"] = _ => new JsonObject(),
            ["OrderMutation.addOrder"] = _ => JsonNode.Parse("""{"id":"1001"}"""),
            ["OrderMutation.updateOrder"] = _ => JsonNode.Parse("""{"id":"1001","status":{"id":"1","name":"New"}}"""),
            ["LeadMutation.addLead"] = _ => JsonNode.Parse("""{"id":"1001"}"""),
        });
    }
}
