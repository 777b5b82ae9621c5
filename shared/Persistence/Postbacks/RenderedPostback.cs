namespace LeadRelay.Persistence.Postbacks;

/// <summary>A postback with every value filled in but the secrets, which stay references: it can be kept, and sent as it was.</summary>
/// <param name="Headers">By name.</param>
/// <param name="ContentType">Null without a body.</param>
public sealed record RenderedPostback(
    string Method,
    IReadOnlyList<RenderedPiece> Url,
    IReadOnlyDictionary<string, IReadOnlyList<RenderedPiece>> Headers,
    string? ContentType,
    IReadOnlyList<RenderedPiece>? Body);

/// <summary>A piece of a rendered text: the text itself, or a reference to a secret. Apart, so that no value from outside can pose as a reference.</summary>
public sealed record RenderedPiece(string? Text, string? Secret = null);
