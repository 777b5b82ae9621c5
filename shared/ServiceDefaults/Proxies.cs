using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HttpOverrides;

namespace LeadRelay;

/// <summary>Whose <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c> are believed: the proxies in <c>Proxies__Networks</c>, and nobody else's.</summary>
public static class Proxies
{
    /// <summary>Makes the caller's address that of the last one in the chain who is no such proxy, and the scheme the one it used.</summary>
    public static void UseKnownProxies(this WebApplication app)
    {
        var networks = Networks.Parse("Proxies__Networks", app.Configuration["Proxies:Networks"]);
        // With empty lists the middleware would believe everybody.
        if (networks.Count is 0)
            return;
        // No limit: each address of the chain is believed only when the one after it is a known proxy's.
        var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto, ForwardLimit = null };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var network in networks)
            options.KnownIPNetworks.Add(network);
        app.UseForwardedHeaders(options);
    }
}
