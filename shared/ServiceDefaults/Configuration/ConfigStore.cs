using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LeadRelay.Configuration;

/// <summary>
/// The configuration in force. Looks at the folder (and at which one it is) every two seconds (polling, because file watchers
/// miss what happens in container mounts), takes a good change and refuses a bad one: then the last good one stays.
/// </summary>
public sealed partial class ConfigStore : BackgroundService
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly Func<(string Folder, string Profile)> where;
    private readonly TimeProvider clock;
    private readonly ILogger<ConfigStore> log;
    private readonly Lock polling = new();
    private string seen;
    private volatile RelayConfig current;
    private volatile IReadOnlyList<ConfigFault> lastFaults = [];

    /// <param name="where">The folder and the profile as they are set now: asked at each look.</param>
    /// <exception cref="ConfigurationException">The folder is not valid; the message has every fault.</exception>
    public ConfigStore(Func<(string Folder, string Profile)> where, TimeProvider clock, ILogger<ConfigStore> log)
    {
        (this.where, this.clock, this.log) = (where, clock, log);
        var (files, profile) = Look();
        var result = ConfigLoader.Load(files, profile);
        current = result.Config ?? throw new ConfigurationException(result.Faults);
        seen = Seen(files, profile);
        LogLoaded(current);
    }

    /// <summary>The last valid configuration. Take it once per piece of work, so that the work sees one and the same.</summary>
    public RelayConfig Current => current;

    /// <summary>Why the folder as it is now was refused; empty when <see cref="Current"/> is what the folder says.</summary>
    public IReadOnlyList<ConfigFault> LastFaults => lastFaults;

    /// <summary>Looks at the folder once; does nothing when it is as it was.</summary>
    public void Poll()
    {
        lock (polling)
        {
            var (files, profile) = Look();
            var fingerprint = Seen(files, profile);
            if (fingerprint == seen)
                return;
            seen = fingerprint;
            var result = files.IsEmpty && current.Campaigns.Count > 0 ? new LoadResult(null, [Emptied(files.Folder)]) : ConfigLoader.Load(files, profile);
            lastFaults = result.Faults;
            if (result.Config is { } changed)
            {
                current = changed;
                LogLoaded(changed);
                return;
            }
            foreach (var fault in result.Faults)
                LogRefused(fault);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try { Poll(); }
                // A folder's name that is none, for instance: the last good configuration stays.
                catch (Exception e) { LogNotLooked(e); }
            }
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }

    private (ConfigFiles Files, string Profile) Look()
    {
        var (folder, profile) = where();
        return (ConfigFiles.Read(folder), profile);
    }

    /// <summary>A mount that is gone and a path that leads elsewhere look like a configuration of nothing, for which leads that wait would be refused for good.</summary>
    private static ConfigFault Emptied(string folder) => new(folder, "", null, "There is nothing in the configuration folder any more. If that is meant, restart the services; else check Config__Path, and what is mounted there.");

    private static string Seen(ConfigFiles files, string profile) => $"{profile} {files.Folder} {files.Fingerprint()}";

    private void LogLoaded(RelayConfig config) => LogLoaded(
        config.Folder, string.Join(", ", config.Campaigns.Keys), config.Connections.Count, config.Partners.Count, config.Trackers.Count);

    [LoggerMessage(Level = LogLevel.Information, EventName = "ConfigurationLoaded", Message = "Configuration loaded from {Folder}: campaigns {Campaigns}; {Connections} connection(s), {Partners} partner(s), {Trackers} tracker(s)")]
    private partial void LogLoaded(string folder, string campaigns, int connections, int partners, int trackers);

    [LoggerMessage(Level = LogLevel.Error, EventName = "ConfigurationNotLooked", Message = "The configuration folder cannot be looked at; the last good configuration stays.")]
    private partial void LogNotLooked(Exception e);

    [LoggerMessage(Level = LogLevel.Warning, EventName = "ConfigurationRefused", Message = "Configuration change refused, the last good one stays: {Fault}")]
    private partial void LogRefused(ConfigFault fault);
}
