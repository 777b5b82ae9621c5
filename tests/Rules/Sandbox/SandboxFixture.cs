using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using LeadRelay.Sandbox;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace LeadRelay.Tests.Rules.Sandbox;

/// <summary>The real Sandbox on a free port, and somebody to listen to its webhooks.</summary>
public sealed class SandboxFixture : IAsyncLifetime
{
    private WebApplication? listener;
    private WebApplication? sandbox;

    public HttpClient Http { get; } = new();

    public ConcurrentQueue<JsonNode> Webhooks { get; } = [];

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        listener = builder.Build();
        listener.MapPost("/hook", async (HttpRequest request) => Webhooks.Enqueue((await JsonNode.ParseAsync(request.Body))!));
        await listener.StartAsync();

        sandbox = SandboxApp.Build("--Ports:Sandbox=0", $"--Sandbox:WebhookUrl={listener.Urls.Single()}/hook");
        await sandbox.StartAsync();
        Http.BaseAddress = new Uri(sandbox.Urls.Single());
        Http.DefaultRequestHeaders.Add("Authorization", "any-token");
    }

    public async Task DisposeAsync()
    {
        Http.Dispose();
        await sandbox!.DisposeAsync();
        await listener!.DisposeAsync();
    }

    public async Task Reset()
    {
        await Post("/reset", "{}");
        Webhooks.Clear();
    }

    public async Task<HttpResponseMessage> Post(string path, string json) =>
        await Http.PostAsync(new Uri(path, UriKind.Relative), new StringContent(json, null, "application/json"));

    public async Task<JsonNode> PostForJson(string path, string json) => await Read(await Post(path, json));

    public async Task<JsonNode> Get(string path) => (await Http.GetFromJsonAsync<JsonNode>(new Uri(path, UriKind.Relative)))!;

    public async Task<JsonNode> GraphQl(string document, string variables, string api = "CRM") =>
        await PostForJson($"/companies/1/{api}", new JsonObject { ["query"] = document, ["variables"] = JsonNode.Parse(variables) }.ToJsonString());

    /// <summary>Creates an order with a lead id and a click id, and gives its id.</summary>
    public async Task<string> AddOrder(string lead = "lead-1", string click = "click-1")
    {
        var answer = await GraphQl(AddOrderDocument, $$$"""
            {"input":{"statusId":"1","projectId":"4","lead":{"webmasterId":"7","offerId":"8"},"orderData":{"stringFields":[
              {"field":"lead_id","value":"{{{lead}}}"},{"field":"click_id","value":"{{{click}}}"}]} } }
            """);
        return answer["data"]!["orderMutation"]!["addOrder"]!["id"]!.GetValue<string>();
    }

    public const string AddOrderDocument = "mutation($input: AddOrderInput!) { orderMutation { addOrder(input: $input) { id } } }";

    public const string UpdateOrderDocument =
        "mutation($input: UpdateOrderInput!) { orderMutation { updateOrder(input: $input) { id status { id name } } } }";

    private static async Task<JsonNode> Read(HttpResponseMessage response) => JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
}
