using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Options;

namespace LeadRelay.AuditStore;

/// <summary>Sets sessions up.</summary>
public static class SessionsExtensions
{
    private static readonly TimeSpan WorkingDay = TimeSpan.FromHours(12);

    public static void AddSessions(this IServiceCollection services)
    {
        services.AddDataProtection().SetApplicationName("LeadRelay").DisableAutomaticKeyGeneration();
        services.AddSingleton<SessionKeys>();
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(provider => new ConfigureOptions<KeyManagementOptions>(keys => keys.XmlRepository = provider.GetRequiredService<SessionKeys>()));
        services.AddAuthentication(Sessions.Scheme).AddCookie(Sessions.Scheme, cookie =>
        {
            cookie.Cookie.Name = "leadrelay";
            cookie.Cookie.HttpOnly = true;
            // Lax: a link in a chat leads to its page. Whatever does something is a form with a token of its own.
            cookie.Cookie.SameSite = SameSiteMode.Lax;
            cookie.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            cookie.ExpireTimeSpan = WorkingDay;
            cookie.SlidingExpiration = false;
        });
        services.AddAntiforgery(forms =>
        {
            forms.Cookie.Name = "leadrelay-forms";
            forms.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            forms.SuppressXFrameOptionsHeader = true; // the content security policy says it
        });
        // It logs what any stranger sends here, with a stack trace.
        services.AddLogging(logging => logging.AddFilter("Microsoft.AspNetCore.Antiforgery", LogLevel.None));
        services.AddSingleton<Sessions>();
    }
}
