using LeadRelay.Health;
using LeadRelay.Persistence;

namespace LeadRelay.WebhookReceiver;

/// <summary>WebhookReceiver, SalesRender's only door: what it is made of.</summary>
public static class WebhookReceiverService
{
    public const string Name = "WebhookReceiver";

    /// <summary>First name of the spool's folders.</summary>
    public const string Spool = "webhooks";

    public static void AddWebhookReceiver(this WebApplicationBuilder builder)
    {
        builder.Listen(Name, 8081);
        builder.AddSecretPath();
        builder.Services.AddSingleton<Doorkeeper>();
        builder.AddEdge(Spool, keepsOrder: true);
        builder.Services.AddSecretsCheck("webhook-secrets", "webhook secrets", config => config.Connections.Values.SelectMany(connection => connection.Webhook.Secrets));
    }

    public static void MapWebhookReceiver(this WebApplication app) => app.MapService(Name).MapWebhooks();
}
