using LeadRelay.Configuration;
using LeadRelay.Persistence.Postbacks;

namespace LeadRelay.PostbackDispatcher;

/// <summary>Puts the secrets into a rendered postback and sends it.</summary>
public sealed class PostbackSender(TrackerClient trackers)
{
    /// <param name="folder">The configuration folder, which references to secret files are relative to.</param>
    /// <returns>The answer (a missing secret is one without a status), and what was sent, for people's eyes.</returns>
    public async Task<(TrackerAnswer Answer, SentRequest Sent)> SendAsync(RenderedPostback postback, string folder)
    {
        string? missing = null;
        var request = PostbackRenderer.Reveal(postback, reference => new Secret(reference, folder).TryReveal(out var secret, out var fault) ? secret : missing = fault);
        var answer = missing is null ? await trackers.SendAsync(request) : new TrackerAnswer(null, null, missing, null, 0) { NotCalled = true };
        return (answer, PostbackRenderer.Masked(postback));
    }
}
