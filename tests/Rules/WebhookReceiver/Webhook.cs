using System.Text;
using LeadRelay.Configuration;
using LeadRelay.Contracts;
using LeadRelay.Tests.Rules.Configuration;
using LeadRelay.WebhookReceiver;

namespace LeadRelay.Tests.Rules.WebhookReceiver;

/// <summary>A webhook as it comes, read with the default paths.</summary>
internal static class Webhook
{
    public const int Limit = 1024 * 1024;

    public static readonly WebhookSettings Settings = ConfigLoader.Load(Samples.Folder, "embedded").Config!.Connections["sandbox"].Webhook;

    /// <summary>The messages made of it, and the fault.</summary>
    public static (IReadOnlyList<OrderStatusChanged> Messages, Fault? Fault) Read(string body, string query = "", WebhookSettings? settings = null) =>
        Read(Encoding.UTF8.GetBytes(body), query, settings);

    public static (IReadOnlyList<OrderStatusChanged> Messages, Fault? Fault) Read(byte[] body, string query = "", WebhookSettings? settings = null)
    {
        var (payload, raw, unreadable) = Payload.Read("POST", "application/json", body, query, Limit);
        var (orders, fault) = unreadable is null ? ReceivedOrder.ReadAll(payload, settings ?? Settings, query) : ([], unreadable);
        return ([.. orders.Select(order => order.ToMessage("main", raw, Builders.Now))], fault);
    }

    /// <summary>The one message there must be, without a fault.</summary>
    public static OrderStatusChanged ReadOne(string body, string query = "", WebhookSettings? settings = null)
    {
        var (messages, fault) = Read(body, query, settings);
        Assert.Null(fault);
        return Assert.Single(messages);
    }
}
