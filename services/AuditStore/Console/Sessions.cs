using System.Net;
using System.Net.Http.Headers;
using System.Net.Mime;
using System.Security.Claims;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LeadRelay.AuditStore;

/// <summary>
/// Who sits at the console: whoever signed in with one of the operator's tokens, remembered for a working day in a cookie
/// that no script can read and no other site can send with a form. It ends at once when the token is changed; signing out
/// takes the cookie from this browser alone.
/// </summary>
public sealed partial class Sessions(OperatorAccess operators, IAntiforgery antiforgery, ILogger<Sessions> logger) : IDisposable
{
    public const string Scheme = "console";
    public const string SignIn = "/sign-in";

    private const string TokenHash = "token";

    /// <summary>Bytes of a form.</summary>
    private const long MostForm = 16 * 1024;

    /// <summary>Only ours: no script at all, styles by their hash, forms to ourselves, in nobody's frame.</summary>
    private static readonly string Policy =
        $"default-src 'none'; style-src '{Style.Hash}'; img-src data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

    /// <summary>Strangers must not be able to flood the log.</summary>
    private readonly FixedWindowRateLimiter lines = new(new FixedWindowRateLimiterOptions { PermitLimit = 1, Window = TimeSpan.FromMinutes(1) });

    /// <summary>A session that is to begin; null when the token is none of the operator's.</summary>
    public ClaimsPrincipal? Begin(HttpContext http, string token)
    {
        var hash = OperatorAccess.Hash(token);
        if (operators.AllowsHash(hash))
            return new ClaimsPrincipal(new ClaimsIdentity([new Claim(TokenHash, Convert.ToHexString(hash))], Scheme));
        using var line = lines.AttemptAcquire();
        if (line.IsAcquired)
            LogRefused(http.Connection.RemoteIpAddress);
        return null;
    }

    /// <summary>Stands before everything on the console's port: knows the session, and sends whoever has none to sign in.</summary>
    public async Task AroundAsync(HttpContext http, RequestDelegate next)
    {
        var endpoint = http.GetEndpoint();
        var page = endpoint?.Metadata.GetMetadata<ConsolePage>();
        var isApi = page is null && endpoint?.Metadata.GetMetadata<LocalPort>() is not null;
        var (isForm, isHealth) = (!HttpMethods.IsGet(http.Request.Method), http.Request.Path.StartsWithSegments("/health"));
        // Programs say who they are in a header, and are answered with problem details. (A proxy's own sign-in is another matter.)
        var isProgram = http.Request.Headers.ContainsKey("X-Api-Key") || http.Request.Headers.Authorization.ToString().StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase);
        if (isHealth || (page is null && isProgram))
        {
            await next(http);
            return;
        }
        var isKnown = await KnowAsync(http);
        Keep(http.Response.Headers);
        // A person who follows a link to the API is one of the console's, too.
        if (isApi && (isKnown || isForm || !http.Request.Headers.Accept.ToString().Contains(MediaTypeNames.Text.Html, StringComparison.OrdinalIgnoreCase)))
        {
            await next(http);
            return;
        }
        http.Response.Headers.ContentSecurityPolicy = Policy;
        if (!isKnown && page is not { IsOpen: true })
            await SendToSignIn(http).ExecuteAsync(http);
        else if (page is null)
            await Pages.NotFound().ExecuteAsync(http);
        else if (isKnown && page.IsOpen)
            await TypedResults.LocalRedirect("/").ExecuteAsync(http); // in another tab he signed in already
        else if (isForm && !await IsOursAsync(http))
            await Pages.Notice(StatusCodes.Status400BadRequest, "This form cannot be taken", "It is too old, or it did not come from here. Load its page again and say it once more. Nothing was done.").ExecuteAsync(http);
        else
            await next(http);
    }

    /// <summary>Who reads by this request's session; null without one.</summary>
    public static Reader? ReaderOf(HttpContext http) => http.Features.Get<Reader>();

    public void Dispose() => lines.Dispose();

    private async Task<bool> KnowAsync(HttpContext http)
    {
        if ((await http.AuthenticateAsync(Scheme)).Principal is not { } principal || principal.FindFirstValue(TokenHash) is not { } text)
            return false;
        var hash = Convert.FromHexString(text);
        if (!operators.AllowsHash(hash))
            return false;
        http.User = principal;
        http.Features.Set(new Reader(null, operators.AllowsPersonalDataHash(hash), http.Connection.RemoteIpAddress?.ToString()));
        return true;
    }

    /// <summary>Whether a form is one of a page of ours. Anybody may send one here, so it must be small, and what is wrong with it is nobody's error.</summary>
    private async Task<bool> IsOursAsync(HttpContext http)
    {
        if (!MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var type) || type.MediaType is not MediaTypeNames.Application.FormUrlEncoded)
            return false;
        http.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = MostForm;
        try
        {
            await http.Request.ReadFormAsync();
            return await antiforgery.IsRequestValidAsync(http);
        }
        catch (Exception e) when (e is BadHttpRequestException or InvalidDataException or IOException or AntiforgeryValidationException)
        {
            return false;
        }
    }

    private static RedirectHttpResult SendToSignIn(HttpContext http)
    {
        if (HttpMethods.IsGet(http.Request.Method))
            return TypedResults.LocalRedirect(http.Request.Path == "/" ? SignIn : $"{SignIn}?to={Uri.EscapeDataString(http.Request.Path + http.Request.QueryString)}");
        new Said(false, "Your session has ended: nothing was done. Sign in and say it again.").Put(http);
        return TypedResults.LocalRedirect(SignIn);
    }

    /// <summary>Nothing of it stays in the browser, and nothing is taken for something else.</summary>
    private static void Keep(IHeaderDictionary headers)
    {
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        (headers.CacheControl, headers.Pragma) = ("no-cache, no-store", "no-cache"); // as forms' tokens want it
    }

    [LoggerMessage(Level = LogLevel.Warning, EventName = "StrangeOperator", Message = "Somebody at {Address} tried to sign in to the console with a token that is none of the operator's. At most one such try a minute is logged.")]
    private partial void LogRefused(IPAddress? address);
}

/// <summary>Metadata of the console's pages.</summary>
/// <param name="IsOpen">To those who have not signed in, too.</param>
public sealed record ConsolePage(bool IsOpen = false);
