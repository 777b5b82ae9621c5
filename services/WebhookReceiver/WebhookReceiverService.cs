namespace LeadRelay.WebhookReceiver;

/// <summary>WebhookReceiver, SalesRender's only door: what it is made of.</summary>
public static class WebhookReceiverService
{
    public const string Name = "WebhookReceiver";

    public static void AddWebhookReceiver(this WebApplicationBuilder builder) => builder.Listen(Name, 8081);

    public static void MapWebhookReceiver(this WebApplication app) => app.MapService(Name).MapWebhooks();
}
