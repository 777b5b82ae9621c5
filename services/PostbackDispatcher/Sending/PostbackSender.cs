using System.Net;
using System.Text.Encodings.Web;
using LeadRelay.Configuration;
using LeadRelay.Persistence.Postbacks;

namespace LeadRelay.PostbackDispatcher;

/// <summary>Puts the secrets into a rendered postback and sends it.</summary>
public sealed partial class PostbackSender(TrackerClient trackers, ILogger<PostbackSender> logger)
{
    /// <summary>Partners read it, so it names no file and no variable.</summary>
    private const string SecretMissing = "A secret that the postback needs is missing: the operator's log says which.";

    /// <summary>What is shorter than this is no secret, and in every text.</summary>
    private const int Shortest = 4;

    /// <summary>Values of parameters like <c>secure</c> that are no secrets, and what trackers say of their success.</summary>
    private static readonly string[] NoSecrets = ["true", "false"];

    /// <summary>As a secret may be written in an answer.</summary>
    private static readonly Func<string, string>[] Forms =
        [secret => secret, Uri.EscapeDataString, s => WebUtility.UrlEncode(s), JavaScriptEncoder.Default.Encode, JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode, s => WebUtility.HtmlEncode(s)];

    /// <param name="folder">The configuration folder, which references to secret files are relative to.</param>
    /// <returns>The answer (a missing secret is one without a status), and what was sent, for people's eyes.</returns>
    public async Task<(TrackerAnswer Answer, SentRequest Sent)> SendAsync(RenderedPostback postback, string folder)
    {
        string? missing = null;
        var secrets = new List<string>();
        var request = PostbackRenderer.Reveal(postback, reference =>
        {
            if (!new Secret(reference, folder).TryReveal(out var secret, out var fault))
                return missing = fault;
            secrets.Add(secret);
            return secret;
        });
        if (missing is not null)
            LogMissing(missing);
        var answer = missing is null ? await trackers.SendAsync(request) : new TrackerAnswer(null, null, SecretMissing, null, 0) { NotCalled = true };
        // Many a server repeats the URL that it does not know, or the key that it does not like.
        secrets.AddRange(PostbackRenderer.WrittenOut(postback));
        return (answer with { Body = Mask(answer.Body, secrets), Error = Mask(answer.Error, secrets) }, PostbackRenderer.Masked(postback));
    }

    private static string? Mask(string? text, IEnumerable<string> secrets) => text is null ? null : secrets
        .SelectMany(secret => Forms.Select(escape => escape(secret)))
        .Where(form => form.Length >= Shortest && !NoSecrets.Contains(form, StringComparer.OrdinalIgnoreCase)).Distinct().OrderByDescending(form => form.Length)
        .Aggregate(text, (masked, form) => masked.Replace(form, PostbackRenderer.Mask, StringComparison.OrdinalIgnoreCase));

    [LoggerMessage(Level = LogLevel.Error, EventName = "PostbackSecretMissing", Message = "A postback is not sent, as a secret that it needs is missing: {Fault}")]
    private partial void LogMissing(string fault);
}
