using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Threading.RateLimiting;
using LeadRelay.Configuration;

namespace LeadRelay.WebhookReceiver;

/// <summary>Who may come in: callers who know the connection's secret and call from where it allows.</summary>
public sealed partial class Doorkeeper(ILogger<Doorkeeper> logger) : IDisposable
{
    /// <summary>Refused calls of one address in a minute that are answered as such; after them it is 429.</summary>
    public const int Guesses = 30;

    /// <summary>Only refused calls count: a stranger behind the same proxy must not keep SalesRender out.</summary>
    private readonly PartitionedRateLimiter<IPAddress> guesses = PartitionedRateLimiter.Create<IPAddress, IPAddress>(address =>
        RateLimitPartition.GetFixedWindowLimiter(Neighbourhood(address), _ => new FixedWindowRateLimiterOptions { PermitLimit = Guesses, Window = TimeSpan.FromMinutes(1) }));

    /// <summary>Strangers must not be able to flood the log.</summary>
    private readonly FixedWindowRateLimiter lines = new(new FixedWindowRateLimiterOptions { PermitLimit = 1, Window = TimeSpan.FromMinutes(1) });

    /// <summary>Compares with every active secret, in the same time whichever it is, or none.</summary>
    public bool Knows(WebhookSettings webhook, string secret)
    {
        var given = SHA256.HashData(Encoding.UTF8.GetBytes(secret));
        var known = false;
        foreach (var reference in webhook.Secrets)
        {
            if (reference.TryReveal(out var value, out var fault))
                known |= CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(value)), given);
            else
                LogUnreadable(fault);
        }
        return known;
    }

    /// <summary>Whether a connection's webhooks may come from there.</summary>
    public static bool Allows(WebhookSettings webhook, IPAddress? caller) =>
        webhook.Networks.Count is 0 || webhook.Networks.Have(caller);

    /// <summary>Counts a call that is refused, and says so now and then. False when there were too many from that address.</summary>
    public bool Refuse(IPAddress? caller, string why)
    {
        var address = Plain(caller ?? IPAddress.None);
        using (var line = lines.AttemptAcquire())
        {
            if (line.IsAcquired)
                LogRefused(address, why);
        }
        using var guess = guesses.AttemptAcquire(address);
        return guess.IsAcquired;
    }

    public void Dispose()
    {
        guesses.Dispose();
        lines.Dispose();
    }

    /// <summary>An IPv4 address as such, also on a socket that speaks both.</summary>
    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    /// <summary>Whoever has one IPv6 address has all of its /64.</summary>
    private static IPAddress Neighbourhood(IPAddress address) =>
        address.AddressFamily is AddressFamily.InterNetworkV6 ? new IPAddress([.. address.GetAddressBytes()[..8], .. new byte[8]]) : address;

    [LoggerMessage(Level = LogLevel.Error, EventName = "WebhookSecretUnreadable", Message = "A webhook secret cannot be read, so webhooks are refused: {Fault}")]
    private partial void LogUnreadable(string? fault);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "StrangeWebhook", Message = "A webhook from {Address} was refused: {Why} Further ones within a minute are only counted.")]
    private partial void LogRefused(IPAddress address, string why);
}
