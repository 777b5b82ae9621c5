using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace LeadRelay.WebhookReceiver;

/// <summary>The last part of a webhook's path, as the caller sent it.</summary>
public sealed record PathSecret(string Value);

/// <summary>
/// Takes the secret out of a webhook's path. Logs, log scopes and traces of a request are begun with its path before any
/// middleware runs, so it is done between Kestrel and the host: from there on the path ends in <c>***</c>, and the secret
/// is a <see cref="PathSecret"/> among the request's features.
/// </summary>
public static class SecretPath
{
    private const string Webhooks = "/webhooks/";
    private const string Mask = "***";

    public static void AddSecretPath(this WebApplicationBuilder builder)
    {
        var kestrel = builder.Services.Last(service => service.ServiceType == typeof(IServer)).ImplementationType!;
        builder.Services.AddSingleton<IServer>(services => new Server((IServer)ActivatorUtilities.CreateInstance(services, kestrel)));
        // Kestrel itself writes the first line of a request it cannot read. Whatever level is set for whichever logger, that stays closed.
        builder.Services.PostConfigure<LoggerFilterOptions>(filters =>
        {
            for (var i = 0; i < filters.Rules.Count; i++)
            {
                var rule = filters.Rules[i];
                filters.Rules[i] = new LoggerFilterRule(rule.ProviderName, rule.CategoryName, rule.LogLevel, (provider, category, level) =>
                    (level >= LogLevel.Warning || category?.StartsWith("Microsoft.AspNetCore.Server.Kestrel", StringComparison.Ordinal) is not true)
                    && rule.Filter?.Invoke(provider, category, level) is not false);
            }
        });
    }

    /// <summary>Splits the secret off: everything after the connection's name. Null when there is none.</summary>
    public static (string Path, PathSecret Secret)? Split(string path)
    {
        var start = path.IndexOf(Webhooks, StringComparison.OrdinalIgnoreCase);
        var end = start < 0 ? -1 : path.IndexOf('/', start + Webhooks.Length);
        return end < 0 || end == path.Length - 1 ? null : (path[..(end + 1)] + Mask, new PathSecret(path[(end + 1)..].TrimEnd('/')));
    }

    private sealed class Server(IServer kestrel) : IServer
    {
        public IFeatureCollection Features => kestrel.Features;

        public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken) where TContext : notnull =>
            kestrel.StartAsync(new Application<TContext>(application), cancellationToken);

        public Task StopAsync(CancellationToken cancellationToken) => kestrel.StopAsync(cancellationToken);

        public void Dispose() => kestrel.Dispose();
    }

    private sealed class Application<TContext>(IHttpApplication<TContext> host) : IHttpApplication<TContext> where TContext : notnull
    {
        public TContext CreateContext(IFeatureCollection contextFeatures)
        {
            if (contextFeatures.Get<IHttpRequestFeature>() is { } request && Split(request.Path) is var (path, secret))
            {
                contextFeatures.Set(secret);
                (request.Path, request.RawTarget) = (path, path + request.QueryString);
            }
            return host.CreateContext(contextFeatures);
        }

        public Task ProcessRequestAsync(TContext context) => host.ProcessRequestAsync(context);

        public void DisposeContext(TContext context, Exception? exception) => host.DisposeContext(context, exception);
    }
}
