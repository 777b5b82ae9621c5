using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace LeadRelay.Tests.EndToEnd;

/// <summary>One of our services as a process of its own.</summary>
public sealed class ServiceProcess : IAsyncDisposable
{
    private static readonly HttpClient Probe = new() { Timeout = TimeSpan.FromSeconds(5) };
    private readonly Process process;
    private readonly ProcessOutput output = new();

    private ServiceProcess(string name, Process process)
    {
        Name = name;
        this.process = process;
        output.Read(process);
    }

    public string Name { get; }

    public int Id => process.Id;

    public bool HasExited => process.HasExited;

    /// <summary>What it has written so far, the last 4,000 lines.</summary>
    public string Output => output.ToString();

    /// <summary>What it has in memory, KB.</summary>
    public long Memory => long.Parse(
        File.ReadLines($"/proc/{Id}/status").Single(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);

    /// <summary>Starts a project's program (<see cref="TestRun.Program"/>); does not wait until it is ready.</summary>
    /// <param name="project">The project's name: <c>Intake</c>.</param>
    /// <param name="environment">Its settings, as environment variables.</param>
    /// <param name="name">What to call it in messages; the project's name if not given.</param>
    /// <param name="folder">Its working directory; the repository if not given.</param>
    public static ServiceProcess Start(string project, IReadOnlyDictionary<string, string> environment, string? name = null, string? folder = null)
    {
        var assembly = Path.Combine(TestRun.Program(project), $"LeadRelay.{project}.dll");
        if (!File.Exists(assembly))
            throw new FileNotFoundException($"{project} is not built: there is no {assembly}.");
        // A killed process would leave the diagnostics' sockets behind.
        var withDefaults = new Dictionary<string, string>(environment);
        withDefaults.TryAdd("DOTNET_EnableDiagnostics", "0");
        return new ServiceProcess(name ?? project, TestRun.Start("dotnet", [assembly], withDefaults, folder ?? TestRun.Repository));
    }

    /// <summary>Returns as soon as <c>/health/ready</c> says 200; throws with the output if the process ends first, or after a minute.</summary>
    public async Task WaitReadyAsync(Uri address, TimeSpan? limit = null)
    {
        var started = Stopwatch.GetTimestamp();
        var last = "no answer";
        while (Stopwatch.GetElapsedTime(started) < (limit ?? TimeSpan.FromSeconds(60)))
        {
            if (process.HasExited)
                throw new InvalidOperationException($"{Name} ended with {process.ExitCode} before it was ready. Its output:\n{await LastWordsAsync()}");
            try
            {
                using var answer = await Probe.GetAsync(new Uri(address, "/health/ready"));
                if (answer.StatusCode == HttpStatusCode.OK)
                    return;
                last = $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}";
            }
            catch (Exception notYet) when (notYet is HttpRequestException or TaskCanceledException)
            {
                last = notYet.Message;
            }
            await Task.Delay(50);
        }
        throw new TimeoutException($"{Name} was not ready in time; the last answer of {address}health/ready: {last}. Its output:\n{Output}");
    }

    /// <summary>SIGKILL; returns when it is dead.</summary>
    public void Kill()
    {
        process.Kill();
        if (!process.WaitForExit(TimeSpan.FromSeconds(15)))
            throw new TimeoutException($"{Name} (process {process.Id}) outlived SIGKILL.");
    }

    /// <summary>SIGTERM; waits for the exit code.</summary>
    public async Task<int> StopAsync(TimeSpan? limit = null)
    {
        if (!process.HasExited)
            TestRun.Signal(process.Id, 15);
        using var timeout = new CancellationTokenSource(limit ?? TimeSpan.FromSeconds(15));
        try
        {
            await process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{Name} did not stop in time. Its output:\n{Output}");
        }
        return process.ExitCode;
    }

    /// <summary>The exit code, when it has ended; null when it was disposed of before.</summary>
    public async Task<int?> EndAsync()
    {
        try
        {
            await process.WaitForExitAsync();
            return process.ExitCode;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The last <paramref name="lines"/> lines of what it wrote, under its name.</summary>
    public string Tail(int lines) =>
        $"--- {Name}{(process.HasExited ? $", ended with {process.ExitCode}" : "")}\n{output.Tail(lines)}";

    public ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            Kill();
        process.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>The output of a process that has ended; a moment, so that what it wrote last is read.</summary>
    private async Task<string> LastWordsAsync()
    {
        await Task.WhenAny(process.WaitForExitAsync(), Task.Delay(TimeSpan.FromSeconds(2)));
        return Output;
    }
}
