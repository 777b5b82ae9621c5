namespace LeadRelay.Configuration;

/// <summary>
/// The URL of a postback with macros in braces, checked when loaded: absolute <c>http(s)</c>, only known macros, none in
/// the host. A postback that names a tracker has become one of these by then.
/// </summary>
/// <param name="Url">Literal text and macros, exactly as written: never altered in case or order.</param>
/// <param name="Target">Scheme, host and port: deliveries of one order to one target go one after the other.</param>
public sealed record PostbackTemplate(string Url, string Target);
