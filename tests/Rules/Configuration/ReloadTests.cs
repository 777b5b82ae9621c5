using LeadRelay.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LeadRelay.Tests.Rules.Configuration;

public sealed class ReloadTests : IDisposable
{
    private readonly ConfigFolder folder = new();
    private readonly Lines log = new();
    private string at;
    private string profile = "production";

    public ReloadTests() => at = folder.Path;

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_bad_configuration_at_start_is_refused_with_every_fault_on_a_line()
    {
        folder.Set(ConfigFolder.Campaign, "project_id", null).Set(ConfigFolder.Campaign, "country", "\"Germany\"");

        var refusal = Assert.Throws<ConfigurationException>(Store);

        Assert.Equal(2, refusal.Faults.Count);
        Assert.All(refusal.Faults, f => Assert.Contains(f.ToString(), refusal.Message.Split(Environment.NewLine)));
    }

    [Fact]
    public void A_good_change_is_taken()
    {
        using var store = Store();

        folder.Set(ConfigFolder.Campaign, "status_map/4", "\"rejected\"");
        store.Poll();

        Assert.Equal(2, store.Current.Campaigns["first"].StatusMap.Entries.Count);
        Assert.Contains("loaded", log.Last());
    }

    [Fact]
    public void A_bad_change_is_refused_once_and_the_last_good_one_stays()
    {
        using var store = Store();
        var good = store.Current;
        folder.Set(ConfigFolder.Campaign, "status_map/4", "\"foo\"").Set(ConfigFolder.Campaign, "wait_seconds", "99");
        log.Clear();

        store.Poll();
        store.Poll();

        Assert.Same(good, store.Current);
        Assert.Equal(2, store.LastFaults.Count);
        Assert.Equal(2, log.Count);
        Assert.All(log, line => Assert.StartsWith("Warning Configuration change refused", line));
    }

    [Fact]
    public void When_the_fault_is_repaired_the_change_counts()
    {
        using var store = Store();
        folder.Set(ConfigFolder.Campaign, "wait_seconds", "99");
        store.Poll();

        folder.Set(ConfigFolder.Campaign, "wait_seconds", "9");
        store.Poll();

        Assert.Empty(store.LastFaults);
        Assert.Equal(TimeSpan.FromSeconds(9), store.Current.Campaigns["first"].Wait);
    }

    [Fact]
    public void A_folder_that_has_become_empty_is_no_configuration_of_nothing()
    {
        using var store = Store();
        var good = store.Current;

        at = Directory.CreateDirectory(Path.Combine(folder.Path, "empty")).FullName;
        store.Poll();

        Assert.Same(good, store.Current);
        Assert.Contains("nothing in the configuration folder", Assert.Single(store.LastFaults).Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_come_and_go()
    {
        using var store = Store();

        File.Move(Path.Combine(folder.Path, ConfigFolder.Campaign), Path.Combine(folder.Path, "campaigns/second.json"));
        store.Poll();

        Assert.Equal(["second"], store.Current.Campaigns.Keys);
    }

    [Fact]
    public void A_folder_that_vanished_is_a_bad_change()
    {
        using var store = Store();
        Directory.Move(folder.Path, folder.Path + "-away");

        store.Poll();

        Directory.Move(folder.Path + "-away", folder.Path);
        Assert.Contains("does not exist", Assert.Single(store.LastFaults).Why);
        Assert.NotEmpty(store.Current.Campaigns);
        store.Poll();
        Assert.Empty(store.LastFaults);
    }

    [Fact]
    public void A_change_of_the_same_length_and_time_is_seen()
    {
        using var store = Store();
        var path = Path.Combine(folder.Path, ConfigFolder.Campaign);
        var time = File.GetLastWriteTimeUtc(path);

        File.WriteAllText(path, File.ReadAllText(path).Replace("\"3\"", "\"4\"", StringComparison.Ordinal));
        File.SetLastWriteTimeUtc(path, time);
        store.Poll();

        Assert.Equal(["4"], store.Current.Campaigns["first"].StatusMap.Entries.Keys);
    }

    [Fact]
    public void What_did_not_change_is_not_read_again()
    {
        using var store = Store();
        var before = store.Current;

        store.Poll();

        Assert.Same(before, store.Current);
        Assert.Single(log);
    }

    [Fact]
    public void Another_folder_counts_without_a_restart()
    {
        using var other = new ConfigFolder().Set(ConfigFolder.Campaign, "wait_seconds", "9");
        using var store = Store();

        at = other.Path;
        store.Poll();

        Assert.Equal((other.Path, TimeSpan.FromSeconds(9)), (store.Current.Folder, store.Current.Campaigns["first"].Wait));
    }

    [Fact]
    public void Another_profile_counts_without_a_restart()
    {
        folder.Write(ConfigFolder.Partner, """{"keys": ["sha256:5f7b2ed74a9736a538a6fb5a5a1a76afdcdd0d177d7fc6e79c6b6843527d848d"]}""");
        profile = "sandbox";
        using var store = Store();

        profile = "production";
        store.Poll();

        Assert.NotEmpty(store.LastFaults);
        profile = "sandbox";
        store.Poll();
        Assert.Empty(store.LastFaults);
    }

    [Fact]
    public async Task Several_services_of_a_host_share_one_store_that_looks_every_two_seconds()
    {
        var clock = new ManualTimer();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Config:Path"] = folder.Path });
        builder.Services.AddSingleton<TimeProvider>(clock);
        builder.AddRelayConfiguration().AddRelayConfiguration();
        using var host = builder.Build();
        await host.StartAsync();
        var store = Assert.Single(host.Services.GetServices<IHostedService>().OfType<ConfigStore>());
        Assert.Same(store, host.Services.GetRequiredService<ConfigStore>());

        folder.Set(ConfigFolder.Campaign, "wait_seconds", "9");
        await clock.Tick(TimeSpan.FromSeconds(2));

        for (var i = 0; i < 500 && store.Current.Campaigns["first"].Wait != TimeSpan.FromSeconds(9); i++)
            await Task.Delay(10);
        Assert.Equal(TimeSpan.FromSeconds(9), store.Current.Campaigns["first"].Wait);
        await host.StopAsync();
    }

    private ConfigStore Store() => new(() => (at, profile), TimeProvider.System, log);

    /// <summary>A clock whose only timer goes off when the test says so.</summary>
    private sealed class ManualTimer : TimeProvider
    {
        private readonly TaskCompletionSource<(Action Fire, TimeSpan Period)> timer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            timer.TrySetResult((() => callback(state), period));
            return System.CreateTimer(_ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        public async Task Tick(TimeSpan period)
        {
            var made = await timer.Task;
            Assert.Equal(period, made.Period);
            made.Fire();
        }
    }

    private sealed class Lines : List<string>, ILogger<ConfigStore>
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Add($"{logLevel} {formatter(state, exception)}");
    }
}
