using System.Security.Cryptography;
using LeadRelay.AuditStore;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace LeadRelay.Tests.Rules.AuditStore;

/// <summary>What the console's sessions and forms are protected with.</summary>
public sealed class SessionKeysTests
{
    private const string Key = "a privacy key of some length";

    [Fact]
    public void A_session_of_one_replica_is_one_at_the_next_and_after_a_restart() => Assert.Equal("whose it is", With(Key).Unprotect(With(Key).Protect("whose it is")));

    [Fact]
    public void A_session_of_a_relay_with_another_privacy_key_is_none() =>
        Assert.ThrowsAny<CryptographicException>(() => With("another privacy key of some length").Unprotect(With(Key).Protect("whose it is")));

    private static IDataProtector With(string privacyKey)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["Privacy:Key"] = privacyKey }).Build());
        services.AddSessions();
        return services.BuildServiceProvider().GetDataProtectionProvider().CreateProtector("a session");
    }
}
