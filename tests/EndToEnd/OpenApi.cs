using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace LeadRelay.Tests.EndToEnd;

/// <summary>The document at /openapi/v1.json says what Intake does: every example in it is sent, and compared.</summary>
public sealed partial class OpenApi(RelayOf<InMemory> shared) : IClassFixture<RelayOf<InMemory>>
{
    private Relay Relay => shared.Relay;

    [Fact]
    public async Task The_document_is_3_1_and_has_Intakes_routes_alone()
    {
        var document = await DocumentAsync();

        Assert.StartsWith("3.1", document.At("openapi"), StringComparison.Ordinal);
        Assert.NotEmpty(Operations(document));
        Assert.All(Operations(document), o => Assert.Matches("^/(leads|orders)", o.Path));
        var shapes = document.GetProperty("paths").EnumerateObject().Select(p => PathParameter().Replace(p.Name, "{}")).ToList();
        Assert.Equal(shapes.Distinct(), shapes);
        Assert.Equal(HttpStatusCode.NotFound, (await Relay.SendAsync(Relay.WebhookReceiver, HttpMethod.Get, "openapi/v1.json")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await Relay.SendAsync(Relay.AuditStore, HttpMethod.Get, "openapi/v1.json")).Status);
    }

    [Fact]
    public async Task Every_operation_is_described_and_every_answer_has_an_example()
    {
        var document = await DocumentAsync();

        Assert.Equal(["bearer", "key"], document.GetProperty("components").GetProperty("securitySchemes").EnumerateObject().Select(s => s.Name).Order());
        Assert.All(Operations(document), o =>
        {
            Assert.False(string.IsNullOrEmpty(o.Json.At("summary")), o.Name);
            var answers = o.Json.GetProperty("responses").EnumerateObject().ToList();
            Assert.Contains(answers, a => a.Name[0] is '2');
            Assert.All(answers, a => Assert.NotEmpty(Examples(a.Value)));
        });
    }

    [Fact]
    public async Task Every_example_of_a_request_gets_an_answer_that_the_document_has()
    {
        var document = await DocumentAsync();
        var (_, lead) = await Relay.SubmitAsync(new { phone = "+4915112345678", click_id = "openapi" });
        foreach (var operation in Operations(document))
        {
            foreach (var (type, body) in Requests(operation.Json))
            {
                var key = operation.Path.EndsWith("/status", StringComparison.Ordinal) ? "demo-advertiser-key" : "demo-partner-key";
                using var content = Content(type, body);
                var (status, answer) = await Relay.SendAsync(Relay.Intake(), operation.Method, Filled(operation, lead), content, ("X-Api-Key", key));

                var sent = $"{operation.Name} {body}: {(int)status} {answer}";
                Assert.True(operation.Json.GetProperty("responses").TryGetProperty($"{(int)status}", out var documented), sent);
                var examples = Examples(documented).Where(e => e.At("code") == answer.At("code")).ToList();
                Assert.True(examples.Count > 0, sent);
                Assert.All(examples[0].EnumerateObject(), member => Assert.True(answer.TryGetProperty(member.Name, out _), $"{member.Name} is not in {sent}"));
            }
        }
    }

    [Fact]
    public async Task The_documents_codes_are_those_of_the_partners_documentation()
    {
        var document = await DocumentAsync();
        var codes = document.GetProperty("components").GetProperty("schemas").GetProperty("Problem").GetProperty("properties").GetProperty("code").GetProperty("enum").EnumerateArray().Select(c => c.GetString()!).Order().ToList();
        var examples = Operations(document).SelectMany(o => o.Json.GetProperty("responses").EnumerateObject().SelectMany(r => Examples(r.Value))).Select(e => e.At("code")).OfType<string>();
        var documented = CodeRow().Matches(await File.ReadAllTextAsync(Path.Combine(TestRun.Repository, "docs", "partner-api.md"))).Select(m => m.Groups[1].Value);

        Assert.Equal(documented.Order(), codes);
        Assert.Equal(codes, examples.Distinct().Order());
    }

    private Task<JsonElement> DocumentAsync() => Relay.GetAsync(Relay.Intake(), "openapi/v1.json");

    private sealed record Operation(HttpMethod Method, string Path, JsonElement Json)
    {
        public string Name => $"{Method} {Path}";
    }

    private static List<Operation> Operations(JsonElement document) =>
        [.. document.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(method => new Operation(HttpMethod.Parse(method.Name), path.Name, method.Value)))];

    /// <summary>The examples of a request or an answer, of every content type.</summary>
    private static List<JsonElement> Examples(JsonElement with) =>
        [.. with.GetProperty("content").EnumerateObject().SelectMany(c => c.Value.GetProperty("examples").EnumerateObject().Select(e => e.Value.GetProperty("value")))];

    private static IEnumerable<(string? Type, JsonElement Body)> Requests(JsonElement operation) =>
        operation.TryGetProperty("requestBody", out var body)
            ? body.GetProperty("content").EnumerateObject().SelectMany(c => c.Value.GetProperty("examples").EnumerateObject().Select(e => ((string?)c.Name, e.Value.GetProperty("value"))))
            : [(null, default)];

    private static HttpContent? Content(string? type, JsonElement body) => type switch
    {
        null => null,
        "application/x-www-form-urlencoded" => new FormUrlEncodedContent(body.EnumerateObject().ToDictionary(m => m.Name, m => m.Value.ToString())),
        "multipart/form-data" => body.EnumerateObject().Aggregate(new MultipartFormDataContent(), (form, m) => { form.Add(new StringContent(m.Value.ToString()), m.Name); return form; }),
        _ => new StringContent(body.GetRawText(), System.Text.Encoding.UTF8, type),
    };

    /// <summary>The path with the examples of its parameters, but for ids, which are those of a lead that there is.</summary>
    private static string Filled(Operation operation, JsonElement lead) => PathParameter().Replace(operation.Path, match =>
        operation is { Path: "/leads/{id}", Method.Method: "GET" } ? lead.At("lead_id")!
        : match.Value is "{leadId}" ? lead.At("lead_id")!
        : match.Value is "{orderId}" ? lead.At("order_id")!
        : operation.Json.GetProperty("parameters").EnumerateArray().Single(p => $"{{{p.At("name")}}}" == match.Value).At("example")!)[1..];

    [GeneratedRegex(@"\{\w+\}")]
    private static partial Regex PathParameter();

    [GeneratedRegex(@"^\| `([a-z_]+)` \| \d{3} \|", RegexOptions.Multiline)]
    private static partial Regex CodeRow();
}
