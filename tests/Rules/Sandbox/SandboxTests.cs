using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;

namespace LeadRelay.Tests.Rules.Sandbox;

public sealed class SandboxTests(SandboxFixture sandbox) : IClassFixture<SandboxFixture>, IAsyncLifetime
{
    public Task InitializeAsync() => sandbox.Reset();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task An_order_is_created_found_and_changed_and_its_webhook_arrives()
    {
        Assert.Equal("1001", await sandbox.AddOrder());

        var found = await sandbox.GraphQl("""
            query($f: OrderSearchFilter) { ordersFetcher(filters: $f) { orders { id lead { externalId offer { id } } data { stringFields { field { name } value } } }
              pageInfo { itemsCount } } }
            """, """{"f":{"include":{"ids":[1001,"9"]}}}""");
        var fetched = found["data"]!["ordersFetcher"]!;
        Assert.Equal(1, (int)fetched["pageInfo"]!["itemsCount"]!);
        Assert.Equal("lead-1", (string?)fetched["orders"]![0]!["data"]!["stringFields"]![0]!["value"]);

        var changed = await sandbox.PostForJson("/orders/1001/status", """{"status_id":3,"comment":"да","reward":{"amount":12.5,"currency":"EUR"}}""");
        Assert.Equal(200, (int)changed["webhook"]!["status"]!);
        Assert.Equal("Accepted", (string?)changed["order"]!["status_name"]);

        var hook = Assert.Single(sandbox.Webhooks);
        Assert.Equal(("1001", "4", "3", "APPROVED", "да"), (
            (string?)hook["id"], (string?)hook["project"]!["id"], (string?)hook["status"]!["id"], (string?)hook["status"]!["group"], (string?)hook["comment"]));
        Assert.Equal(("7", "8", 12.5m), (
            (string?)hook["lead"]!["webmaster"]!["id"], (string?)hook["lead"]!["offer"]!["id"], (decimal)hook["lead"]!["reward"]!["amount"]!));
        Assert.Equal("click-1", (string?)hook["data"]!["string_1"]);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", (string?)hook["statusChangedAt"]);

        var row = Assert.Single((await sandbox.Get("/orders?lead_id=lead-1")).AsArray())!;
        Assert.Equal(("click-1", "3", "4"), ((string?)row["click_id"], (string?)row["status_id"], (string?)row["input"]!["projectId"]));
    }

    [Fact]
    public async Task An_update_fires_the_webhook_too_and_a_silent_change_does_not()
    {
        var id = await sandbox.AddOrder();
        await sandbox.Post($"/orders/{id}/status", """{"status_id":"2","webhook":false}""");
        Assert.Empty(sandbox.Webhooks);

        var answer = await sandbox.GraphQl(SandboxFixture.UpdateOrderDocument, $$$"""{"input":{"id":"{{{id}}}","statusId":"4"}}""");
        Assert.Equal("""{"data":{"orderMutation":{"updateOrder":{"id":"1001","status":{"id":"4","name":"Rejected"}}}}}""", answer.ToJsonString());
        await Until(() => sandbox.Webhooks.Count is 1);
    }

    [Theory]
    [InlineData("1001", "77", "ERR_ORDER_STATUS_NOT_FOUND")]
    [InlineData("1001", "7", "ERR_ORDER_STATUS_ARCHIVED")]
    [InlineData("4711", "3", "ERR_ORDER_NOT_FOUND")]
    [InlineData("1002", "3", "ERR_ORDER_LOCKED")]
    public async Task An_update_that_cannot_be_is_refused_with_its_code(string id, string status, string code)
    {
        await sandbox.AddOrder();
        await sandbox.AddOrder();
        await sandbox.Post("/orders/1002/status", """{"locked":true}""");
        var answer = await sandbox.GraphQl(SandboxFixture.UpdateOrderDocument, $$$"""{"input":{"id":"{{{id}}}","statusId":"{{{status}}}"}}""");
        Assert.Equal(code, (string?)answer["errors"]![0]!["extensions"]!["code"]);
    }

    [Theory]
    [InlineData("""{"filters":{"include":{"archived":false}}}""", "1 2 3 4 5 6")]
    [InlineData("""{"filters":{"include":{"archived":true}}}""", "7")]
    [InlineData("{}", "1 2 3 4 5 6 7")]
    public async Task Statuses_are_told_apart_by_whether_they_are_archived(string variables, string ids)
    {
        var answer = await sandbox.GraphQl("query($filters: StatusSearchFilter) { statusesFetcher(filters: $filters) { statuses { id } } }", variables);
        Assert.Equal(ids, string.Join(' ', answer["data"]!["statusesFetcher"]!["statuses"]!.AsArray().Select(status => (string?)status!["id"])));
    }

    [Theory]
    [InlineData("{ __type(name: \"Order\") { name } }", HttpStatusCode.OK)]
    [InlineData("{ __type(name: \"Order\") { name } company { currency } }", HttpStatusCode.Unauthorized)]
    public async Task The_schema_and_nothing_else_is_shown_without_a_token(string document, HttpStatusCode status)
    {
        using var stranger = new HttpClient { BaseAddress = sandbox.Http.BaseAddress };
        using var content = new StringContent(new JsonObject { ["query"] = document }.ToJsonString(), null, "application/json");
        using var answer = await stranger.PostAsync(new Uri("/companies/1/CRM", UriKind.Relative), content);
        Assert.Equal(status, answer.StatusCode);
    }

    [Fact]
    public async Task A_lead_comes_in_by_both_of_the_webmasters_ways()
    {
        var graph = await sandbox.GraphQl(
            "mutation($input: AddLeadInput!) { leadMutation { addLead(input: $input) { id } } }",
            """{"input":{"offerId":5,"externalId":"L","data":{"string_1":"C","phone_1":"100"}}}""", "CPA");
        Assert.Equal("1001", (string?)graph["data"]!["leadMutation"]!["addLead"]!["id"]);

        using var rest = await sandbox.Post("/companies/1/CPA/lead/add", """{"offerId":5,"externalId":"L","data":{"string_1":"C"},"timezoneOffset":"UTC+03:00"}""");
        Assert.Equal(HttpStatusCode.Created, rest.StatusCode);
        Assert.Equal(
            """{"id":"1002","status":"PROCESSING","method":"APPROVE","reward":{"value":0,"currency":"EUR"}}""", await rest.Content.ReadAsStringAsync());
        using var refused = await sandbox.Post("/companies/1/CPA/lead/add", """{"offer":5}""");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);

        Assert.All((await sandbox.Get("/orders?lead_id=L")).AsArray(), order => Assert.Equal("C", (string?)order!["click_id"]));
        Assert.Equal(2, (int)(await sandbox.Get("/ledger"))["orders_per_lead"]!["L"]!);
    }

    [Theory]
    [InlineData("any", "text/plain", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("", "application/json", HttpStatusCode.Unauthorized)]
    [InlineData("Bearer ", "application/json", HttpStatusCode.Unauthorized)]
    [InlineData("revoked", "application/json", HttpStatusCode.Unauthorized)]
    [InlineData("Bearer revoked", "application/json", HttpStatusCode.Unauthorized)]
    [InlineData("Bearer any", "application/json; charset=utf-8", HttpStatusCode.OK)]
    [InlineData("any", "application/json", HttpStatusCode.OK)]
    public async Task The_door_is_as_strict_as_the_real_one(string token, string type, HttpStatusCode expected)
    {
        using var client = new HttpClient { BaseAddress = sandbox.Http.BaseAddress };
        client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", token);
        using var content = new StringContent("""{"query":"{ company { currency } }"}""");
        content.Headers.Remove("Content-Type");
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        using var answer = await client.PostAsync(new Uri("/companies/1/CRM", UriKind.Relative), content);
        Assert.Equal(expected, answer.StatusCode);
    }

    [Fact]
    public async Task The_tracker_takes_postbacks_as_Keitaro_does()
    {
        async Task<HttpStatusCode> Get(string path) => (await sandbox.Http.GetAsync(new Uri(path, UriKind.Relative))).StatusCode;
        Assert.Equal(HttpStatusCode.OK, await Get("/postback?subid=c1&status=lead&tid=1001&payout=0"));
        Assert.Equal(HttpStatusCode.OK, await Get("/postback?subid=c1&status=lead&tid=1001"));
        Assert.Equal(HttpStatusCode.OK, await Get("/t/second/postback?subid=c1&status=lead&tid=1001"));
        Assert.Equal(HttpStatusCode.OK, await Get("/postback?subid=c1"));
        Assert.Equal(HttpStatusCode.BadRequest, await Get("/postback?subid=&status=sale"));
        Assert.Equal(HttpStatusCode.BadRequest, await Get("/postback?subid=c1&status=approved"));
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["subid"] = "c2", ["status"] = "sale", ["payout"] = "12.5", ["reason"] = "да" });
        using var posted = await sandbox.Http.PostAsync(new Uri("/postback", UriKind.Relative), form);
        Assert.Equal("Using \"c2\" as subid. Postback added to queue", await posted.Content.ReadAsStringAsync());

        var first = (await sandbox.Get("/postbacks?click_id=c1&tracker=default")).AsArray();
        Assert.Equal(["lead", "lead", "sale", "approved"], first.Select(postback => (string?)postback!["status"]));
        Assert.Equal([true, true, true, false], first.Select(postback => (bool)postback!["accepted"]!));
        Assert.True((bool)first[2]!["defaulted"]!);
        var second = Assert.Single((await sandbox.Get("/postbacks?click_id=c2")).AsArray())!;
        Assert.Equal(("12.5", "да", "да", "POST"), (
            (string?)second["payout"], (string?)second["reason"], (string?)second["parameters"]!["reason"], (string?)second["method"]));
        Assert.Single((await sandbox.Get("/postbacks?tracker=second")).AsArray());

        Assert.Equal(
            """[{"tracker":"default","click_id":"c1","tid":"1001","status":"lead","payout":"0","currency":null,"history":[{"status":"lead"},{"status":"lead","ignored":"Conversion by pair \"SubId + tid\" already exists. Postback ignored"}]},{"tracker":"default","click_id":"c1","tid":null,"status":"sale","payout":null,"currency":null,"history":[{"status":"sale"}]}]""",
            await sandbox.Http.GetStringAsync(new Uri("/conversions?click_id=c1&tracker=default", UriKind.Relative)));

        var ledger = await sandbox.Get("/ledger");
        Assert.Equal((7, 1), ((int)ledger["postbacks"]!, (int)ledger["repeated_postbacks"]!));
    }

    [Fact]
    public async Task Faults_strike_before_or_after_the_work_and_no_more_often_than_told()
    {
        async Task<HttpResponseMessage> Add() => await sandbox.Post("/companies/1/CRM", new JsonObject
        {
            ["query"] = SandboxFixture.AddOrderDocument,
            ["variables"] = JsonNode.Parse("""{"input":{"statusId":1,"projectId":1}}"""),
        }.ToJsonString());
        async Task Order(string fault) => Assert.Equal(HttpStatusCode.OK, (await sandbox.Post("/faults", fault)).StatusCode);

        await Order("""{"target":"crm","kind":"status","status":429,"retry_after":"7","times":1}""");
        using (var refused = await Add())
            Assert.Equal((429, "7"), ((int)refused.StatusCode, refused.Headers.RetryAfter!.ToString()));

        await Order("""{"target":"crm","kind":"errors","code":"ERR_X","times":1}""");
        using (var refused = await Add())
            Assert.Contains("ERR_X", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        await Order("""{"target":"crm","kind":"garbage","times":1}""");
        using (var garbled = await Add())
            Assert.StartsWith("<html>", await garbled.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        await Order("""{"target":"crm","kind":"cut","times":1}""");
        await Assert.ThrowsAsync<HttpRequestException>(Add);

        await Order("""{"target":"crm","kind":"hang_after","delay_ms":200,"times":1}""");
        var watch = Stopwatch.StartNew();
        using (var late = await Add())
            Assert.True(late.IsSuccessStatusCode && watch.ElapsedMilliseconds >= 190);

        var ledger = await sandbox.Get("/ledger");
        Assert.Equal((5, 3), ((int)ledger["crm_calls"]!, (int)ledger["orders"]!));

        await Order("""{"target":"tracker","kind":"status","tracker":"slow"}""");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await sandbox.Http.GetAsync(new Uri("/t/slow/postback?subid=1", UriKind.Relative))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await sandbox.Http.GetAsync(new Uri("/postback?subid=1", UriKind.Relative))).StatusCode);
        await sandbox.Http.DeleteAsync(new Uri("/faults", UriKind.Relative));
        await Order("""{"target":"tracker","kind":"status","status":200,"body":"success=false; err_msg=no such click;","times":1}""");
        Assert.Equal("success=false; err_msg=no such click;", await sandbox.Http.GetStringAsync(new Uri("/t/slow/postback?subid=2", UriKind.Relative)));
        Assert.Empty((await sandbox.Get("/conversions?click_id=2")).AsArray());
        Assert.Equal(HttpStatusCode.OK, (await sandbox.Http.GetAsync(new Uri("/t/slow/postback?subid=1", UriKind.Relative))).StatusCode);
    }

    [Fact]
    public async Task The_work_is_done_even_if_the_caller_has_given_up()
    {
        await sandbox.Post("/faults", """{"target":"crm","kind":"delay","delay_ms":1200,"times":1}""");
        using var client = new HttpClient { BaseAddress = sandbox.Http.BaseAddress, Timeout = TimeSpan.FromMilliseconds(600) };
        client.DefaultRequestHeaders.Add("Authorization", "any");
        using var content = new StringContent(
            """{"query":"mutation { orderMutation { addOrder(input: {statusId: 1, projectId: 1}) { id } } }"}""", null, "application/json");
        await Assert.ThrowsAsync<TaskCanceledException>(() => client.PostAsync(new Uri("/companies/1/CRM", UriKind.Relative), content));
        await Until(async () => (int)(await sandbox.Get("/ledger"))["orders"]! is 1);
    }

    [Theory]
    [InlineData("""{"target":"moon","kind":"delay"}""", "moon")]
    [InlineData("""{"target":"crm","kind":"fire"}""", "fire")]
    [InlineData("""{"target":"tracker","kind":"errors"}""", "GraphQL")]
    [InlineData("""{"target":"crm","kind":"delay","probabilty":0.5}""", "probabilty")]
    [InlineData("""{"target":"crm","kind":"delay","probability":2}""", "probability")]
    [InlineData("""{"target":"tracker","kind":"delay","body":"no"}""", "status")]
    [InlineData("not json", "invalid")]
    public async Task A_fault_that_makes_no_sense_is_refused_with_a_sentence(string fault, string says)
    {
        using var answer = await sandbox.Post("/faults", fault);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(says, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static Task Until(Func<bool> condition) => Until(() => Task.FromResult(condition()));

    private static async Task Until(Func<Task<bool>> condition)
    {
        for (var i = 0; i < 100; i++)
        {
            if (await condition())
                return;
            await Task.Delay(50);
        }
        Assert.Fail("It did not happen within 5 s.");
    }
}
