using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace LeadRelay.AuditStore;

/// <summary>What came of a form, shown on the next page: a sentence in a cookie that only we can write, for a minute.</summary>
public sealed record Said(bool IsDone, string Text)
{
    private const string Cookie = "leadrelay-said";
    private const int MostText = 1000;

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    /// <summary>Has it shown on the page that the answer leads to.</summary>
    public void Put(HttpContext http)
    {
        var text = (IsDone ? "+" : "-") + (Text.Length > MostText ? Text[..MostText] : Text);
        http.Response.Cookies.Append(Cookie, Protector(http).Protect(text, Minute), new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = http.Request.IsHttps, MaxAge = Minute, IsEssential = true });
    }

    /// <summary>What is to be shown on this page, once; null when there is nothing.</summary>
    public static Said? Take(HttpContext http)
    {
        if (http.Request.Cookies[Cookie] is not { } value)
            return null;
        http.Response.Cookies.Delete(Cookie);
        try
        {
            var text = Protector(http).Unprotect(value);
            return new Said(text[0] is '+', text[1..]);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static ITimeLimitedDataProtector Protector(HttpContext http) =>
        http.RequestServices.GetRequiredService<IDataProtectionProvider>().CreateProtector(nameof(Said)).ToTimeLimitedDataProtector();
}
