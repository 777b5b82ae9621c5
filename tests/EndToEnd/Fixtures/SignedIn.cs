using System.Text.RegularExpressions;

namespace LeadRelay.Tests.EndToEnd;

/// <summary>The operators' console for whoever has signed in, as a browser without scripts has it: with cookies, and a form's token.</summary>
public static partial class SignedIn
{
    /// <param name="token">The operator's, or the one for personal data.</param>
    public static async Task<HttpClient> ToConsoleAsync(this Relay relay, string token = Relay.OperatorToken)
    {
        var browser = new HttpClient { BaseAddress = relay.Address("AuditStore"), Timeout = TimeSpan.FromSeconds(60) };
        var form = FormToken().Match(await browser.GetStringAsync(new Uri("sign-in", UriKind.Relative))).Groups["token"].Value;
        using var answer = await browser.PostAsync(new Uri("sign-in", UriKind.Relative), new FormUrlEncodedContent([new("__RequestVerificationToken", form), new("token", token), new("to", "/campaigns")]));
        if (!answer.IsSuccessStatusCode || answer.RequestMessage!.RequestUri!.AbsolutePath != "/campaigns")
            throw new InvalidOperationException($"The console answers {(int)answer.StatusCode} at {answer.RequestMessage!.RequestUri} to whoever signs in.");
        return browser;
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"(?<token>[^\"]+)")]
    private static partial Regex FormToken();
}
