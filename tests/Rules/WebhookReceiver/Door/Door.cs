using System.Text;
using LeadRelay.Configuration;
using LeadRelay.Contracts;
using LeadRelay.Tests.Rules.Configuration;
using LeadRelay.WebhookReceiver;

namespace LeadRelay.Tests.Rules.WebhookReceiver.Door;

/// <summary>A webhook as it goes through the door, with the default paths.</summary>
internal static class Door
{
    private static readonly WebhookSettings Defaults = Load();

    public static WebhookSettings Settings(params (WebhookField Field, string[] Paths)[] changed)
    {
        var paths = new Dictionary<WebhookField, IReadOnlyList<string>>(Defaults.Paths);
        foreach (var (field, places) in changed)
            paths[field] = places;
        return Defaults with { Paths = paths };
    }

    public static (IReadOnlyList<ReceivedOrder> Orders, Fault? Fault, RawPayload Raw) Read(string body, string query = "") => Read(Encoding.UTF8.GetBytes(body), query);

    public static (IReadOnlyList<ReceivedOrder> Orders, Fault? Fault, RawPayload Raw) Read(byte[] body, string query = "", string contentType = "", WebhookSettings? settings = null)
    {
        var (payload, raw, unreadable) = Payload.Read("POST", contentType, body, query, 1024 * 1024);
        var (orders, fault) = unreadable is null ? ReceivedOrder.ReadAll(payload, settings ?? Defaults, query) : ([], unreadable);
        return (orders, fault, raw);
    }

    private static WebhookSettings Load()
    {
        using var folder = new ConfigFolder();
        return folder.Config().Connections["main"].Webhook;
    }
}
