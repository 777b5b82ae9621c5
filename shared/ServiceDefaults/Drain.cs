using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LeadRelay;

/// <summary>
/// From the signal to stop to the end, which is 25 s later at the latest. At once the service is not ready and claims nothing
/// new. For two seconds it still takes requests, so that those who send them notice; then the door closes, requests under way
/// are answered, calls that were begun end and are written down, the bus stops, and the process exits. Whatever hangs is left
/// as if the process had been killed: it is in the ledger, the spool or the broker.
/// </summary>
public sealed partial class Drain : IHostedLifecycleService, IDisposable
{
    /// <summary>After this nothing is waited for any more. A call that was begun just before has ended by then, as its limit is <see cref="LongestCall"/>.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(21);

    /// <summary>No call to others may take longer.</summary>
    public static readonly TimeSpan LongestCall = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(23);
    /// <summary>For the console, which writes on a thread of its own.</summary>
    private static readonly TimeSpan LastWord = TimeSpan.FromSeconds(0.5);

    private static readonly TimeSpan Announcement = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Answers = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan Requests = TimeSpan.FromSeconds(10);

    /// <summary>One Ctrl-C may come as two signals: from the terminal, and from the script that started the process.</summary>
    private static readonly TimeSpan SameSignal = TimeSpan.FromSeconds(1);

    private readonly IHostApplicationLifetime lifetime;
    private readonly TimeProvider time;
    private readonly ILogger<Drain> logger;
    private readonly CancellationTokenSource answersEnd = new();
    private readonly CancellationTokenSource requestsEnd = new();
    private readonly ManualResetEventSlim ended = new();
    private readonly CancellationTokenRegistration onStopping;
    private readonly List<PosixSignalRegistration> signals = [];
    private long signalled;

    public Drain(IHostApplicationLifetime lifetime, TimeProvider time, ILogger<Drain> logger)
    {
        (this.lifetime, this.time, this.logger) = (lifetime, time, logger);
        onStopping = lifetime.ApplicationStopping.Register(Begin);
    }

    /// <summary>Whether the service stops: then it begins nothing new.</summary>
    public bool IsStopping => lifetime.ApplicationStopping.IsCancellationRequested;

    /// <summary>Ends the waits for what becomes of a request that is kept already: the answer is then that it is not known yet.</summary>
    public CancellationToken AnswersEnd => answersEnd.Token;

    /// <summary>Has connections closed after their answer while the service stops, and in the end cuts off those who do not come to theirs.</summary>
    public async Task AroundAsync(HttpContext http, RequestDelegate next)
    {
        if (IsStopping)
            http.Response.Headers.Connection = "close";
        using (requestsEnd.Token.UnsafeRegister(state => ((HttpContext)state!).Abort(), http))
            await next(http);
    }

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        foreach (var (signal, number) in new[] { (PosixSignal.SIGINT, 2), (PosixSignal.SIGTERM, 15) })
            signals.Add(PosixSignalRegistration.Create(signal, _ => Signalled(number)));
        return Task.CompletedTask;
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        lifetime.StopApplication();
        await Task.Delay(Announcement, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        ended.Set();
        onStopping.Dispose();
        signals.ForEach(signal => signal.Dispose());
        answersEnd.Dispose();
        requestsEnd.Dispose();
    }

    private void Begin()
    {
        answersEnd.CancelAfter(Answers);
        requestsEnd.CancelAfter(Requests);
        // A thread of its own: what hangs may have all the others.
        new Thread(EndAtTheLatest) { IsBackground = true, Name = "drain" }.Start();
    }

    private void EndAtTheLatest()
    {
        if (ended.Wait(Limit))
            return;
        LogTooSlow(Limit.TotalSeconds);
        ended.Wait(LastWord);
        Environment.Exit(Environment.ExitCode);
    }

    /// <summary>Who asks twice does not want to wait.</summary>
    private void Signalled(int number)
    {
        if (Interlocked.CompareExchange(ref signalled, Stopwatch.GetTimestamp(), 0) is var first and not 0 && Stopwatch.GetElapsedTime(first) > SameSignal)
            Environment.Exit(128 + number);
    }

    [LoggerMessage(Level = LogLevel.Warning, EventName = "StopTooSlow", Message = "The stop took longer than {Seconds} s. The process ends; what is left is in the ledger, the spool or the broker, and is gone on with by the next.")]
    private partial void LogTooSlow(double seconds);
}
