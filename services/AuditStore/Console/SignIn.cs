using Microsoft.AspNetCore.Authentication;

namespace LeadRelay.AuditStore;

/// <summary>The console's door: the one page that is open to everybody.</summary>
public static class SignIn
{
    public static void MapSignIn(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet(Sessions.SignIn, (string? to, HttpContext http) => Pages.Of<SignInPage>(new { To = to, Said = Said.Take(http) }));
        endpoints.MapPost(Sessions.SignIn, SignInAsync);
    }

    public static async Task<IResult> SignOutAsync(HttpContext http)
    {
        await http.SignOutAsync(Sessions.Scheme);
        return Pages.SeeOther(http, Sessions.SignIn);
    }

    private static async Task<IResult> SignInAsync(Sessions sessions, HttpContext http)
    {
        var form = await http.Request.ReadFormAsync();
        var to = form["to"].ToString();
        if (sessions.Begin(http, form["token"].ToString()) is not { } session)
            return Pages.Of<SignInPage>(new { To = to, Fault = "That is not the operator's token." }, StatusCodes.Status401Unauthorized);
        await http.SignInAsync(Sessions.Scheme, session);
        return Pages.SeeOther(http, IsOurs(to) ? to : "/");
    }

    /// <summary>Of this console: <c>//host</c> and <c>/\host</c> lead elsewhere.</summary>
    private static bool IsOurs(string address) => address is ['/', ..] and not ['/', '/' or '\\', ..] && address.All(c => char.IsAscii(c) && !char.IsControl(c));
}
