using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Configuration;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace LeadRelay.Bus;

/// <summary>Where the broker is: <c>Broker__Url</c>, empty or <c>memory://</c> for in-memory, <c>amqp://</c> or <c>amqps://</c> for RabbitMQ.</summary>
/// <param name="Url">Null means in-memory.</param>
/// <param name="Tls">With <c>amqps://</c>: whom to trust and who we are.</param>
public sealed record BrokerAddress(Uri? Url, SslOption? Tls = null)
{
    /// <summary>What its user may do.</summary>
    public BrokerRights Rights { get; } = Url is null ? BrokerRights.All : BrokerRights.Of(Url);

    /// <summary>
    /// The address in the settings. With <c>amqps://</c> the broker's certificate must be good for the host's name and come from
    /// a public authority, or from the one whose certificates <c>Broker__CaFile</c> has. <c>Broker__CertificateFile</c> and
    /// <c>Broker__KeyFile</c> are what the relay shows to a broker that asks. All are PEM, read once.
    /// </summary>
    /// <exception cref="InvalidOperationException">A setting is none of these, or a file cannot be used.</exception>
    public static BrokerAddress Of(IConfiguration settings)
    {
        var address = Parse(settings["Broker:Url"]);
        var (authority, certificate, key) = (Setting("CaFile"), Setting("CertificateFile"), Setting("KeyFile"));
        if (address.Url is not { Scheme: "amqps" } url)
        {
            return authority is null && certificate is null && key is null ? address
                : throw new InvalidOperationException("Broker__CaFile, Broker__CertificateFile and Broker__KeyFile are for a Broker__Url with amqps://….");
        }
        if (certificate is null != key is null)
            throw new InvalidOperationException("Broker__CertificateFile and Broker__KeyFile belong together: one of them is not set.");

        var tls = new SslOption(url.Host, enabled: true);
        if (certificate is not null)
            tls.Certs = [Read("CertificateFile", certificate, () => X509Certificate2.CreateFromPemFile(certificate, key))];
        if (authority is not null)
        {
            var trusted = new X509Certificate2Collection();
            Read("CaFile", authority, () => trusted.ImportFromPemFile(authority));
            if (trusted.Count is 0)
                throw new InvalidOperationException($"Broker__CaFile {authority} has no certificate in it: it must be PEM (-----BEGIN CERTIFICATE-----).");
            tls.CertificateValidationCallback = (_, shown, chain, errors) => IsGood(shown, chain, errors, trusted);
        }
        return address with { Tls = tls };

        string? Setting(string name) => settings[$"Broker:{name}"] is { Length: > 0 } value ? value : null;
    }

    /// <exception cref="InvalidOperationException">The setting is none of these.</exception>
    public static BrokerAddress Parse(string? setting) =>
        string.IsNullOrWhiteSpace(setting) || setting.StartsWith("memory:", StringComparison.OrdinalIgnoreCase)
            ? new BrokerAddress((Uri?)null)
            : Uri.TryCreate(setting, UriKind.Absolute, out var url) && url.Scheme is "amqp" or "amqps"
                ? new BrokerAddress(url)
                : throw new InvalidOperationException("Broker__Url must be empty, memory://, amqp://… or amqps://….");

    /// <summary>A connection beside the bus, for what must not depend on it.</summary>
    /// <param name="name">As the broker's management shows it.</param>
    /// <exception cref="BrokerUnreachableException">There is none to be had; <see cref="Explain"/> says why.</exception>
    public async Task<IConnection> ConnectAsync(string name, CancellationToken ct = default)
    {
        var factory = new ConnectionFactory { Uri = Url!, ClientProvidedName = name, AutomaticRecoveryEnabled = false };
        await Secure(factory);
        return await factory.CreateConnectionAsync(ct);
    }

    /// <summary>Has a connection use <see cref="Tls"/>, the bus's too.</summary>
    public Task Secure(ConnectionFactory factory)
    {
        if (Tls is not null)
            factory.Ssl = Tls;
        return Task.CompletedTask;
    }

    /// <summary>Why the broker could not be used, as a sentence.</summary>
    public static string Explain(Exception e)
    {
        for (var cause = e; cause is not null; cause = cause.InnerException ?? (cause as AggregateException)?.InnerExceptions.FirstOrDefault())
        {
            if (cause is AuthenticationException)
                return $"TLS failed: {cause.Message} The broker's certificate must be good for the host in Broker__Url and come from a public authority, or from that of Broker__CaFile.";
            if (cause is AuthenticationFailureException)
                return "The broker refuses the user or the password in Broker__Url.";
            if (cause is OperationInterruptedException { ShutdownReason: { ReplyCode: Constants.PreconditionFailed } reason })
                return $"{reason.ReplyText}. It was made by another version of the relay: docs/decisions/dead-letters.md says how to change it.";
        }
        return e is BrokerUnreachableException { InnerException: { } inner } ? inner.Message : e.Message;
    }

    private static bool IsGood(X509Certificate? shown, X509Chain? sent, SslPolicyErrors errors, X509Certificate2Collection trusted)
    {
        if (shown is null || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) is not SslPolicyErrors.None)
            return false;
        using var chain = new X509Chain();
        (chain.ChainPolicy.TrustMode, chain.ChainPolicy.RevocationMode) = (X509ChainTrustMode.CustomRootTrust, X509RevocationMode.NoCheck);
        chain.ChainPolicy.CustomTrustStore.AddRange(trusted);
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.1")); // a server's
        foreach (var element in sent?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
            chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        using var certificate = new X509Certificate2(shown);
        return chain.Build(certificate);
    }

    private static T Read<T>(string setting, string file, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new InvalidOperationException($"Broker__{setting} {file} cannot be used: {e.Message}", e);
        }
    }

    private static void Read(string setting, string file, Action read) => Read(setting, file, () =>
    {
        read();
        return true;
    });
}
