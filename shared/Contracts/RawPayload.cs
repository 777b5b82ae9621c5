namespace LeadRelay.Contracts;

/// <summary>A payload as it was received, except that credentials in it are replaced by <c>***</c>.</summary>
/// <param name="Method">HTTP method.</param>
/// <param name="ContentType">As the caller named it; empty when it did not.</param>
/// <param name="Body">The body; where there is none, the query string. Text when it is UTF-8 without a byte order mark, else base64.</param>
/// <param name="Base64">True when <paramref name="Body"/> is base64.</param>
/// <param name="Query">The query string beside a body.</param>
public sealed record RawPayload(string Method, string ContentType, string Body, bool Base64 = false, string? Query = null);
