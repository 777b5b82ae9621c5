using System.Text.Json;

namespace LeadRelay.Contracts;

/// <summary>One call to SalesRender, without its token.</summary>
/// <param name="Document">The GraphQL document sent; empty where SalesRender takes plain JSON.</param>
/// <param name="Variables">The variables sent with it; without a document, the body.</param>
/// <param name="HttpStatus">Status of the answer; absent when none came.</param>
/// <param name="Response">Body of the answer, cut at 1 MB; absent when none came.</param>
/// <param name="Error">What went wrong on the way, in words; absent when an answer came.</param>
/// <param name="At">When the call began.</param>
public sealed record CrmExchange(
    string Endpoint,
    string Document,
    JsonElement Variables,
    int? HttpStatus,
    string? Response,
    string? Error,
    DateTimeOffset At,
    long DurationMs);
