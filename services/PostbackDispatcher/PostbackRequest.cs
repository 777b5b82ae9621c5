namespace LeadRelay.PostbackDispatcher;

public sealed record PostbackRequest(string Method, string Url, IReadOnlyDictionary<string, string> Headers, string? ContentType, string? Body);
