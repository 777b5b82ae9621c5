using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LeadRelay.Configuration;

namespace LeadRelay.Relayctl;

/// <summary>Asks a company's SalesRender what it has; changes nothing.</summary>
internal sealed class CrmReader(Connection connection) : IDisposable
{
    private const int ResponseLimit = 1024 * 1024;
    private const int ShownOfAnswer = 300;

    private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { Timeout = Timeout.InfiniteTimeSpan };

    private readonly Dictionary<string, Dictionary<string, InputType?>> schemas = [];

    /// <summary>The input type and, as far as a campaign sends something in them, those inside it. SalesRender shows its schema without a token.</summary>
    public async Task<IReadOnlyDictionary<string, InputType?>> InputsAsync(SentInput sent)
    {
        if (!schemas.TryGetValue(sent.Api, out var types))
            schemas[sent.Api] = types = [];
        for (IReadOnlyList<string> unread; (unread = InputRules.Unread(sent, types)).Count > 0;)
        {
            foreach (var name in unread)
                types[name] = await AskAsync(CrmQueries.Input, CrmQueries.ForInput(name), CrmQueries.ReadInput, token: null, sent.Api);
        }
        return types;
    }

    /// <summary>All of them, archived ones too: asked for one by one, since what no filter means is not documented.</summary>
    public async Task<IReadOnlyList<CrmStatus>> StatusesAsync()
    {
        var token = Token();
        var active = await AskAsync(CrmQueries.Statuses, CrmQueries.ForStatuses(archived: false), CrmQueries.ReadStatuses, token);
        var archived = await AskAsync(CrmQueries.Statuses, CrmQueries.ForStatuses(archived: true), CrmQueries.ReadStatuses, token);
        return [.. active.Concat(archived).DistinctBy(status => status.Id)];
    }

    public Task<IReadOnlyList<CrmField>> FieldsAsync() => AskAsync(CrmQueries.Fields, [], CrmQueries.ReadFields, Token());

    public void Dispose() => http.Dispose();

    private string Token() =>
        connection.Token is not { } reference ? throw new CrmRefusal($"The connection {connection.Name} has no token, the company's CRM token, which is needed for it.")
        : !reference.TryReveal(out var token, out var fault) ? throw new CrmRefusal($"The company's CRM token is needed for it. {fault} Set it here as the services have it.")
        : token.Any(c => c is < ' ' or > '~') ? throw new CrmRefusal($"What {connection.Token} has cannot be a token: it is more than one line, or not plain letters.")
        : token;

    private async Task<T> AskAsync<T>(string document, JsonObject variables, Func<JsonNode, T> read, string? token, string api = "CRM")
    {
        var address = new Uri(connection.CrmEndpoint, api);
        var (status, body) = await SendAsync(address, document, variables, token);
        var answer = Parse(body);
        try
        {
            return status is 200 && answer?["errors"] is not JsonArray { Count: > 0 }
                ? read(answer?["data"] ?? throw new FormatException())
                : throw new CrmRefusal(Refusal(address, status, answer, token is not null));
        }
        // Whatever is not where it should be, or not of the kind it should be.
        catch (Exception e) when (e is InvalidOperationException or FormatException or NullReferenceException or ArgumentException)
        {
            throw new CrmRefusal($"{address} answers, but not as SalesRender does. Are base_url and company_id right?");
        }
    }

    private async Task<(int Status, string Body)> SendAsync(Uri address, string document, JsonObject variables, string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address)
        {
            // SalesRender refuses a call whose content type is anything but this, so without a charset.
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(new JsonObject { ["query"] = document, ["variables"] = variables }.ToJsonString()))
            {
                Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
            },
        };
        if (token is not null)
            request.Headers.TryAddWithoutValidation("Authorization", connection.AuthScheme is { } scheme ? $"{scheme} {token}" : token);
        using var timeout = new CancellationTokenSource(connection.TimeLimit);
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timeout.Token);
            var body = await response.Content.ReadUpToAsync(ResponseLimit + 1, timeout.Token);
            return Encoding.UTF8.GetByteCount(body) <= ResponseLimit ? ((int)response.StatusCode, body)
                : throw new CrmRefusal($"The answer of {address} is longer than {ResponseLimit / 1024} KB, so it was not read.");
        }
        // Nobody is there, and asking for the next thing would only take as long again.
        catch (OperationCanceledException)
        {
            throw new CommandException($"{address} gave no complete answer within {connection.TimeLimit.TotalSeconds:0.#} s.");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new CommandException($"{address} cannot be reached: {CrmQueries.OneLine(e.InnerException is { } inner ? $"{e.Message} ({inner.Message})" : e.Message)} Is base_url of connections/{connection.Name}.json right?");
        }
    }

    private string Refusal(Uri address, int status, JsonNode? answer, bool withToken)
    {
        var said = Said(answer) is { Length: > 0 } text ? $": {text}" : "";
        return status switch
        {
            401 or 403 when withToken => $"SalesRender refuses the token that {connection.Token} has (HTTP {status}); put the company's CRM token there{said}",
            401 or 403 => $"SalesRender did not show its schema without a token (HTTP {status}){said}",
            >= 300 and < 400 => $"{address} points to another address (HTTP {status}), where the token is not taken. Give base_url as it is in the end.",
            404 => $"{address} does not exist (HTTP 404). Are base_url and company_id right?",
            200 => $"SalesRender refuses the question{said}",
            _ => $"{address} answers HTTP {status}{said}",
        };
    }

    /// <summary>The errors in SalesRender's own words, where it may well repeat the token.</summary>
    private string Said(JsonNode? answer)
    {
        var errors = answer?["errors"] is JsonArray all ? all.OfType<JsonObject>() : [];
        var words = errors.SelectMany(error => new[] { error["message"], (error["extensions"] as JsonObject)?["code"] }).Select(word => word?.ToString()).Where(word => word is { Length: > 0 });
        var text = CrmQueries.OneLine(string.Join(" ", words));
        if (connection.Token is { } reference && reference.TryReveal(out var token, out _))
            text = text.Replace(token, "[token]", StringComparison.Ordinal);
        return text.Length <= ShownOfAnswer ? text : text[..ShownOfAnswer] + "…";
    }

    private static JsonObject? Parse(string body)
    {
        try
        {
            return JsonNode.Parse(body, null, new JsonDocumentOptions { AllowDuplicateProperties = false }) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>SalesRender answered, and what was asked for is not to be had; other questions may well be.</summary>
internal sealed class CrmRefusal(string message) : Exception(message);
