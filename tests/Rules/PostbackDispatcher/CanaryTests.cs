using System.Globalization;
using System.Net;
using System.Net.Sockets;
using LeadRelay.PostbackDispatcher;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LeadRelay.Tests.Rules.PostbackDispatcher;

/// <summary>
/// A listener on loopback that no postback may ever reach, however its URL spells the address and whatever its name resolves
/// to. Its port counts as a web server's here, so that the address alone decides.
/// </summary>
public sealed class CanaryTests : IAsyncLifetime
{
    /// <summary>For one call: where nobody listens, such as on 0.0.0.1, the system may take its time.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    /// <summary>Names that lead to this machine or to its neighbours.</summary>
    private static readonly string[] Names =
    [
        "canary.example", "CANARY.EXAMPLE", "canary.example.", "Canary.Example.", "localhost", "LOCALHOST", "localhost.", "LocalHost.", "localhost.localdomain", "localhost6", "ip6-localhost",
        "ip6-loopback", "broadcasthost", "a.localhost", "kubernetes.default.svc", "metadata.google.internal", "host.docker.internal", "127.0.0.1.example", "127-0-0-1.example", "7f000001.example",
        "xn--cnary-hra.example", "cänary.example", "ｃａｎａｒｙ.example", "canary。example", "canary．example", "canary｡example", "ⓒⓐⓝⓐⓡⓨ.example", "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ", "ｌｏｃａｌｈｏｓｔ", "ｌｏｃａｌｈｏｓｔ。",
        "local%68ost", "%6c%6f%63%61%6c%68%6f%73%74", "canary%2eexample", "lo\u00adcalhost", "local\u200bhost", "_canary.example", "-canary.example", "canary-.example",
    ];

    /// <summary>Numbers that are 127.0.0.1, or become it for one reader or another.</summary>
    private static readonly string[] Numbers =
    [
        // As it is, and with other ends
        "127.0.0.1", "127.0.0.1.", "127.0.0.1..", "127.0.0.2", "127.1.1.1", "127.255.255.254", "127.0.0.0",
        // Short, decimal, octal, hexadecimal, mixed
        "127.1", "127.0.1", "127.1.", "2130706433", "2130706433.", "017700000001", "0017700000001", "0x7f000001", "0X7F000001", "0x7F000001.", "0x00000000007f000001",
        "0177.0.0.1", "0177.0.0.01", "0177.00.00.01", "00177.0.0.1", "0177.1", "0177.0.1", "0x7f.0.0.1", "0x7f.0x0.0x0.0x1", "0x7F.0x00.0x00.0x01", "0x7f.1", "0x7f.0.1", "0x7f.0x1",
        "0177.0.0x0.1", "127.0.0x0.01", "127.0x0.1", "127.00.0.1", "127.000.000.001", "0x7f.00.0.1", "127.0x000001", "127.0.0x1", "0177.0x0.0.1", "0x7f.0.0.01", "127.0.256", "127.65536", "127.16777214",
        // With a wrap-around, for readers that count modulo 2^32 or 2^8
        "6425673729", "0x17f000001", "383.0.0.1", "127.0.0.257", "0x100000000000000007f000001", "-2130706433", "+2130706433",
        // Other digits, and other dots
        "１２７.０.０.１", "１２７。０。０。１", "127。0。0。1", "127．0．0．1", "127｡0｡0｡1", "①②⑦.⓪.⓪.①", "①②⑦.0.0.1", "１２７.1", "２１３０７０６４３３", "𝟏𝟐𝟕.𝟎.𝟎.𝟏", "𝟙𝟚𝟟.𝟘.𝟘.𝟙", "¹²⁷.⁰.⁰.¹", "₁₂₇.₀.₀.₁", "0ｘ7f.1", "⑫7.0.0.1", "١٢٧.٠.٠.١",
        // Percent
        "%31%32%37%2e%30%2e%30%2e%31", "127%2e0%2e0%2e1", "127.0.0.%31", "%31%32%37.0.0.1", "127.0.0.1%00", "127.0.0.1%20", "127.0.0.1%0a", "127.0.0.1%2f", "127.0.0.1%00.example", "0x7f%2e1", "%32130706433",
        // This network, which is this machine to many a system
        "0", "0.0.0.0", "0.0.0.0.", "00.00.00.00", "0x0", "0x0.0x0", "0.0", "00", "0000", "0.0.0.1", "０.０.０.０",
        // Other networks that are nobody's business
        "10.0.0.1", "10.1", "167772161", "0xa000001", "012.0.0.1", "172.16.0.1", "2886729729", "192.168.0.1", "3232235521", "0xc0a80001", "0300.0250.0.1", "100.64.0.1", "100.100.100.200", "169.254.169.254",
        "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "169.254.43518", "169.16689662", "192.0.0.192", "198.18.0.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "4294967295", "0xffffffff", "168.63.129.16",
    ];

    private static readonly string[] SixthVersion =
    [
        "[::1]", "[0:0:0:0:0:0:0:1]", "[0000:0000:0000:0000:0000:0000:0000:0001]", "[::0001]", "[0::1]", "[::0:1]", "[0:0::1]", "[::0.0.0.1]", "[::]", "[0::0]", "[0:0:0:0:0:0:0:0]", "[::0.0.0.0]",
        "[::1%1]", "[::1%25lo]", "[::1%lo]", "[::1%251]", "[::%1]", "[fe80::1]", "[fe80::1%1]", "[fe80::1%25lo]", "[FE80::1%lo]", "[::ffff:127.0.0.1]", "[::FFFF:127.0.0.1]", "[::ffff:7f00:1]",
        "[::ffff:7f00:0001]", "[0:0:0:0:0:ffff:127.0.0.1]", "[0000:0000:0000:0000:0000:ffff:7f00:0001]", "[::ffff:127.0.0.1%1]", "[::ffff:0.0.0.0]", "[::ffff:0:0]", "[::ffff:10.0.0.1]", "[::ffff:169.254.169.254]",
        "[::ffff:a9fe:a9fe]", "[::127.0.0.1]", "[::7f00:1]", "[0:0:0:0:0:0:7f00:1]", "[::ffff:0:127.0.0.1]", "[::ffff:0:7f00:1]", "[64:ff9b::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:FF9B::7F00:1]", "[0064:ff9b::7f00:1]",
        "[64:ff9b::a9fe:a9fe]", "[64:ff9b:1::127.0.0.1]", "[64:ff9b:1:7f00:0:100::]", "[2002:7f00:1::]", "[2002:7f00:0001::1]", "[2002:7F00:1:0:0:0:0:1]", "[2002:a9fe:a9fe::]", "[2002:c0a8:1::1]",
        "[2001::]", "[2001:0:7f00:1::]", "[2001:0000:4136:e378:8000:63bf:80ff:fffe]", "[2001:0:0:0:0:0:80ff:fffe]", "[2001:db8::1]", "[2001:2::1]", "[2001:10::1]", "[2001:20::1]", "[3fff::1]", "[100::1]", "[5f00::1]",
        "[fe80::5efe:127.0.0.1]", "[fe80::200:5efe:7f00:1]", "[2a00:1450::5efe:127.0.0.1]", "[2a00:1450::0:5efe:7f00:1]", "[2a00:1450::200:5efe:127.0.0.1]", "[fc00::1]", "[fd00::1]", "[fd00:ec2::254]", "[fec0::1]", "[feff::1]",
        "[ff01::1]", "[ff02::1]", "[ff02::1%1]", "[ff05::2]", "[::127.1]", "[::0x7f.1]", "[::ffff:0177.0.0.1]", "[::ffff:2130706433]", "[127.0.0.1]", "[localhost]", "[::1", "::1", "[[::1]]", "[v1.7f000001]", "[::１]", "[：：1]", "%5b::1%5d",
    ];

    private readonly List<RawTracker> canaries = [];
    private int port;

    public Task InitializeAsync()
    {
        canaries.Add(new RawTracker(closes: true));
        port = canaries[0].Port;
        if (Socket.OSSupportsIPv6)
            try { canaries.Add(new RawTracker(address: IPAddress.IPv6Loopback, port: port, closes: true)); }
            catch (SocketException) { }
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        foreach (var canary in canaries)
            await canary.DisposeAsync();
    }

    [Fact]
    public async Task No_spelling_of_a_forbidden_address_reaches_it()
    {
        var log = new WarningLog();
        using var client = Client("", log);
        var spellings = Spellings().ToArray();

        var answers = await CallAsync(client, spellings);

        Assert.Equal(0, await ConnectionsAsync());
        Assert.True(spellings.Distinct().Count() >= 200, $"These are {spellings.Length} only.");
        Assert.All(answers, answer => Assert.Null(answer.HttpStatus));
        // The rest are no URLs, or names of nothing; none was stopped by chance, such as by a refused connection.
        Assert.All(answers, answer => Assert.DoesNotContain("refused", answer.Error, StringComparison.Ordinal));
        var forbidden = answers.Where(answer => answer.Forbidden).ToArray();
        Assert.True(forbidden.Length >= 200, $"Of {spellings.Length} only {forbidden.Length} came as far as the guard.");
        Assert.All(forbidden, answer => Assert.Contains("Postbacks__AllowNetworks", answer.Error, StringComparison.Ordinal));
        Assert.Equal(forbidden.Length, log.Warnings.Count);
    }

    [Fact]
    public async Task Many_of_the_spellings_would_reach_it_where_that_is_allowed()
    {
        using var client = Client("0.0.0.0/0,::/0", new WarningLog());

        var answers = await CallAsync(client, [.. Names.Concat(Numbers[..60]).Concat(SixthVersion[..10]).Select(host => $"http://{host}:{port}/")]);

        Assert.True(answers.Count(answer => answer.HttpStatus is 200) >= 60, $"Only {answers.Count(answer => answer.HttpStatus is 200)} of {answers.Length} did.");
        Assert.True(await ConnectionsAsync() > 0);
    }

    [Fact]
    public async Task A_name_that_means_one_thing_now_and_another_then_never_leads_to_it()
    {
        await using var friend = new RawTracker(address: IPAddress.Parse("127.0.0.2"), port: port, closes: true);
        var (good, bad) = (IPAddress.Parse("127.0.0.2"), IPAddress.Loopback);
        var asked = 0;
        using var client = Client("127.0.0.2", new WarningLog(), (_, _) => Task.FromResult<IPAddress[]>((asked++ % 5) switch
        {
            0 or 3 => [good],
            1 => [bad],
            2 => [good, bad],
            _ => [bad, good],
        }));

        var answers = new List<TrackerAnswer>();
        for (var round = 0; round < 1000; round++)
            answers.Add(await client.SendAsync(RawTracker.Get($"http://canary.example:{port}/{round}")));

        Assert.Equal(0, await ConnectionsAsync());
        Assert.Equal(1000, asked);
        Assert.Equal(400, await friend.CountConnectionsAsync());
        Assert.Equal(400, answers.Count(answer => answer.HttpStatus is 200));
        Assert.Equal(600, answers.Count(answer => answer.Forbidden));
    }

    [Theory]
    [InlineData("localhost"), InlineData("LOCALHOST"), InlineData("127.1"), InlineData("2130706433"), InlineData("0x7f.1"), InlineData("0177.0.0.1"), InlineData("[::1]"), InlineData("0.0.0.0"), InlineData("[::]")]
    public async Task The_systems_own_resolver_is_vetted_like_any_other(string host)
    {
        using var client = new TrackerClient(new GuardedConnect(() => [], new WarningLog(), ports: [port]), TimeProvider.System, Limit);

        Assert.True((await client.SendAsync(RawTracker.Get($"http://{host}:{port}/"))).Forbidden);
        Assert.Equal(0, await ConnectionsAsync());
    }

    [Theory]
    [InlineData("127.0.0.1"), InlineData("127.0.0.1,8.8.8.8"), InlineData("8.8.8.8,127.0.0.1"), InlineData("2a00:1450:4001::1,::1"), InlineData("8.8.8.8,10.0.0.1,1.1.1.1")]
    public async Task One_forbidden_address_among_a_names_forbids_them_all(string addresses)
    {
        var log = new WarningLog();
        using var client = Client("", log, (_, _) => Task.FromResult<IPAddress[]>([.. addresses.Split(',').Select(IPAddress.Parse)]));

        var answer = await client.SendAsync(RawTracker.Get($"http://tracker.example:{port}/?secret=1"));

        Assert.Equal($"tracker.example:{port} was not called. Its host is not a public address. If it is the operator's own, its network belongs into Postbacks__AllowNetworks.", answer.Error);
        Assert.True(answer.Forbidden);
        Assert.Equal(0, await ConnectionsAsync());
        // The operator is told which; the partner, who reads the answer, is not. Nobody is shown the URL.
        Assert.Contains(addresses.Split(','), address => Assert.Single(log.Warnings).Contains($" {address}. ", StringComparison.Ordinal));
        Assert.DoesNotContain("secret", log.Warnings[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_no_web_servers_is_not_called()
    {
        using var client = new TrackerClient(
            new GuardedConnect(() => [], NullLogger<GuardedConnect>.Instance, (_, _) => Task.FromResult(new[] { IPAddress.Parse("8.8.8.8") })), TimeProvider.System, Limit);

        var answer = await client.SendAsync(RawTracker.Get("http://tracker.example:6379/"));

        Assert.True(answer.Forbidden);
        Assert.Contains("tracker.example:6379 was not called. Its port is none of 80, 443, 8080, 8443.", answer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Addresses_are_tried_in_turn()
    {
        await using var tracker = new RawTracker(address: IPAddress.Parse("127.0.0.3"));
        using var client = Client("127.0.0.0/8", new WarningLog(), (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse("127.0.0.4"), IPAddress.Parse("127.0.0.5"), IPAddress.Parse("127.0.0.3")]));

        Assert.Equal(200, (await client.SendAsync(RawTracker.Get($"http://tracker.example:{tracker.Port}/"))).HttpStatus);
    }

    [Fact]
    public async Task A_name_that_does_not_resolve_is_an_outage_and_no_refusal()
    {
        using var client = Client("", new WarningLog(), (_, _) => Task.FromResult<IPAddress[]>([]));

        var answer = await client.SendAsync(RawTracker.Get("http://tracker.example/"));

        Assert.Equal((null, false), (answer.HttpStatus, answer.Forbidden));
        Assert.Contains("tracker.example:80", answer.Error, StringComparison.Ordinal);
    }

    private IEnumerable<string> Spellings()
    {
        foreach (var host in Names.Concat(Numbers).Concat(SixthVersion))
            yield return $"http://{host}:{port}/";
        foreach (var host in (string[])["127.0.0.1", "canary.example", "[::1]", "2130706433", "[::ffff:127.0.0.1]"])
        {
            // User names, fragments and backslashes, for readers that disagree about where a host ends
            foreach (var decoy in (string[])["tracker.example", "8.8.8.8", "tracker.example:80", "tracker.example%2f", "a:b", "%40", "tracker.example%23", "@"])
                yield return $"http://{decoy}@{host}:{port}/";
            yield return $"http://{host}:{port}@canary.example/";
            yield return $"http://{host}:{port}#@tracker.example/";
            yield return $"http://{host}:{port}?@tracker.example/";
            yield return $@"http://{host}:{port}\@tracker.example/";
            yield return $@"http:\\{host}:{port}\";
            yield return $"http:///{host}:{port}/";
            yield return $"http:/{host}:{port}/";
            yield return $"http:{host}:{port}/";
            yield return $"//{host}:{port}/";
            yield return $"\t http://{host}:{port}/";
            yield return $"http://{host}\t:{port}/";
            yield return $"http://{host}\r\n:{port}/";
            yield return $"http:// {host}:{port}/";
            // Schemes and ports
            yield return $"HTTP://{host}:{port}/";
            yield return $"hTTps://{host}:{port}/";
            yield return $"https://{host}:{port}/";
            yield return $"ftp://{host}:{port}/";
            yield return $"gopher://{host}:{port}/_GET";
            yield return $"ws://{host}:{port}/";
            yield return $"http://{host}:0{port}/";
            yield return $"http://{host}:00000{port}/";
            yield return $"http://{host}:{port + 65536}/";
            yield return $"http://{host}:+{port}/";
            yield return $"http://{host}: {port}/";
            yield return $"http://{host}:{string.Concat(port.ToString(CultureInfo.InvariantCulture).Select(digit => (char)(digit - '0' + '０')))}/";
            yield return $"http://{host}:%3{port.ToString(CultureInfo.InvariantCulture)[0]}{port.ToString(CultureInfo.InvariantCulture)[1..]}/";
            yield return $"http://{host}:0x{port:x}/";
            yield return $"http://{host}:/";
            yield return $"http://{host}";
        }
    }

    private static async Task<TrackerAnswer[]> CallAsync(TrackerClient client, string[] urls)
    {
        var answers = new TrackerAnswer[urls.Length];
        await Parallel.ForAsync(0, urls.Length, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) => answers[i] = await client.SendAsync(RawTracker.Get(urls[i])));
        return answers;
    }

    private TrackerClient Client(string allowed, WarningLog log, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null) =>
        new(new GuardedConnect(() => Networks.Parse("Postbacks__AllowNetworks", allowed), log, resolve ?? ResolveAsync, [port, 80, 443]), TimeProvider.System, Limit);

    /// <summary>Whatever is a name, and no number to the parser, leads to the canary.</summary>
    private Task<IPAddress[]> ResolveAsync(string host, CancellationToken ct) => Task.FromResult<IPAddress[]>([.. canaries.Select(canary => canary.Address)]);

    private async Task<int> ConnectionsAsync()
    {
        var sum = 0;
        foreach (var canary in canaries)
            sum += await canary.CountConnectionsAsync();
        return sum;
    }

    private sealed class WarningLog : ILogger<GuardedConnect>
    {
        public List<string> Warnings { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            Assert.Equal(LogLevel.Warning, logLevel);
            lock (Warnings)
                Warnings.Add(formatter(state, exception));
        }
    }
}
