using LeadRelay.Persistence.Postbacks;

namespace LeadRelay.PostbackDispatcher;

/// <summary>
/// How hard each tracker's host may be worked now. One has so many places in each lane, so a slow one takes nobody
/// else's; one that fails again and again is left alone for a while, then tried with a single call. What may not be
/// sent is not claimed: it waits in the ledger, no attempt of it is used up, and nothing is ever switched off.
/// </summary>
public sealed partial class Hosts(TimeProvider time, ILogger<Hosts> logger)
{
    /// <summary>Calls at once, to one host in one lane.</summary>
    public const int PlacesPerLane = 16;

    /// <summary>
    /// Deliveries that are claimed ahead, for the places that the host's calls will leave: what is claimed then is called as soon as
    /// one ends, and no place waits for the ledger, whose claims take longer than a tracker's answer while much is decided. None for a
    /// host that takes long, where they might as well be another replica's.
    /// </summary>
    public const int Ahead = 2 * PlacesPerLane;

    /// <summary>A host that answers within this is quick: what is claimed ahead of it waits for its call no longer than two of them, half of what a claim may.</summary>
    private static readonly TimeSpan Quick = TimeSpan.FromSeconds(1);

    /// <summary>After so many in a row that got no answer, or a server's error, the host is left alone.</summary>
    public const int FailuresInARow = 10;

    /// <summary>For so long, before one call tries again.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    /// <summary>One that nothing was sent to for so long since is not remembered as failing: there is nothing for it any more.</summary>
    private static readonly TimeSpan Forget = TimeSpan.FromHours(1);

    private readonly Dictionary<string, Host> hosts = [];

    /// <summary>Hosts of which other than <see cref="PlacesPerLane"/> deliveries may be claimed in a lane, with how many.</summary>
    public IReadOnlyDictionary<string, int> Places(Lane lane)
    {
        var now = time.GetUtcNow();
        lock (hosts)
        {
            foreach (var (target, host) in hosts.Where(host => host.Value.IsIdle && now - host.Value.PausedUntil > Forget).ToArray())
            {
                Recover(target, host);
                hosts.Remove(target);
            }
            return hosts.ToDictionary(host => host.Key, host => host.Value.Places(lane, now));
        }
    }

    /// <summary>Until when a host is left alone; null when it is not.</summary>
    public DateTimeOffset? PausedUntil(string target)
    {
        lock (hosts)
            return hosts.GetValueOrDefault(target)?.PausedUntil is { } until && until > time.GetUtcNow() ? until : null;
    }

    /// <summary>The hosts that are left alone, and those of them that a call tries just now.</summary>
    public IReadOnlyList<Pause> Pauses()
    {
        var now = time.GetUtcNow();
        lock (hosts)
            return [.. hosts.OrderBy(host => host.Key, StringComparer.Ordinal).Select(host => PauseOf(host.Key, host.Value, now)).OfType<Pause>()];
    }

    /// <summary>Counts one that was claimed.</summary>
    public void Enter(string target, Lane lane)
    {
        lock (hosts)
        {
            if (!hosts.TryGetValue(target, out var host))
                hosts[target] = host = new Host();
            host.Busy[(int)lane]++;
        }
    }

    /// <summary>Waits for one of the host's places. False when it was waited for, and the host is left alone since.</summary>
    public async Task<bool> BeginAsync(string target, Lane lane)
    {
        SemaphoreSlim places;
        lock (hosts)
            places = hosts[target].Free[(int)lane];
        if (places.Wait(0))
            return true;
        await places.WaitAsync();
        return PausedUntil(target) is null;
    }

    /// <summary>Gives the place back.</summary>
    /// <param name="isUp">Whether the host answered as one that works; null when it was not called.</param>
    /// <param name="took">How long it took to answer.</param>
    public void Leave(string target, Lane lane, bool? isUp, TimeSpan took)
    {
        lock (hosts)
        {
            var host = hosts[target];
            host.Busy[(int)lane]--;
            host.Free[(int)lane].Release();
            if (isUp is { } answered)
                host.IsQuick = answered && took < Quick;
            if (isUp is true)
                Recover(target, host);
            else if (isUp is false && ++host.Failures >= FailuresInARow)
                LeaveAlone(target, host);
            if (host is { Failures: 0, IsIdle: true })
                hosts.Remove(target);
        }
    }

    private static Pause? PauseOf(string target, Host host, DateTimeOffset now) => host.PausedUntil is not { } until || (until <= now && host.IsIdle) ? null
        : new Pause(target, until, $"{target} failed {host.Failures} times in a row. What is for it waits, and one call tries again every {Pause.TotalSeconds:0} s. "
            + "What it answered, PostbackAttempted says in a lead's timeline; if it does not come back, ask whoever runs it.");

    private void LeaveAlone(string target, Host host)
    {
        if (host.PausedUntil is null)
        {
            Metrics.HostPaused(1);
            LogPaused(target, host.Failures, Pause.TotalSeconds);
        }
        host.PausedUntil = time.GetUtcNow() + Pause;
    }

    private void Recover(string target, Host host)
    {
        host.Failures = 0;
        if (host.PausedUntil is null)
            return;
        host.PausedUntil = null;
        Metrics.HostPaused(-1);
        LogBack(target);
    }

    [LoggerMessage(Level = LogLevel.Critical, EventName = "TrackerPaused", Message = "{Target} failed {Count} times in a row. What is for it waits, and one call tries again every {Seconds} s.")]
    private partial void LogPaused(string target, int count, double seconds);

    [LoggerMessage(Level = LogLevel.Information, EventName = "TrackerBack", Message = "{Target} is back.")]
    private partial void LogBack(string target);

    private sealed class Host
    {
        /// <summary>Claimed, and not ended.</summary>
        public int[] Busy { get; } = new int[Enum.GetValues<Lane>().Length];

        /// <summary>Places.</summary>
        public SemaphoreSlim[] Free { get; } = [.. Enum.GetValues<Lane>().Select(_ => new SemaphoreSlim(PlacesPerLane))];

        public bool IsQuick { get; set; }

        public int Failures { get; set; }

        public DateTimeOffset? PausedUntil { get; set; }

        public bool IsIdle => Array.TrueForAll(Busy, count => count is 0);

        public int Places(Lane lane, DateTimeOffset now) =>
            PausedUntil is not { } until ? Math.Max(0, PlacesPerLane + (IsQuick ? Ahead : 0) - Busy[(int)lane])
            : until <= now && IsIdle ? 1
            : 0;
    }
}
