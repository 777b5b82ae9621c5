namespace LeadRelay.PostbackDispatcher;

/// <summary>A call to a tracker, ready to be sent: rendered, and with its secrets filled in, so never to be logged or kept.</summary>
/// <param name="Method"><c>GET</c> or <c>POST</c>.</param>
/// <param name="Url">Sent to the letter.</param>
/// <param name="ContentType">Of the body, sent to the letter; null sends none.</param>
/// <param name="Body">Sent as UTF-8; null when there is none.</param>
public sealed record PostbackRequest(string Method, string Url, IReadOnlyDictionary<string, string> Headers, string? ContentType, string? Body);
