namespace LeadRelay.Contracts;

/// <summary>A request to a tracker, with secrets masked.</summary>
/// <param name="Headers">Those of the template.</param>
/// <param name="ContentType">Absent without a body.</param>
public sealed record SentRequest(string Method, string Url, IReadOnlyDictionary<string, string> Headers, string? ContentType, string? Body);
