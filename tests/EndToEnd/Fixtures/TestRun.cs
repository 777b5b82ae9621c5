using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

// Whole relays are started: more than two at once and a small machine's timings say nothing any more.
[assembly: CollectionBehavior(MaxParallelThreads = 2)]

namespace LeadRelay.Tests.EndToEnd;

/// <summary>
/// What a test run has on this machine: a folder, ports, processes. Nothing of it outlives the run, however it ends:
/// every process carries the run's mark in its environment, and a watchdog ends those that do when the run is gone.
/// </summary>
public static class TestRun
{
    private const string Mark = "LEADRELAY_TEST_RUN";
    private static readonly string Id = Guid.CreateVersion7().ToString("N");
    private static readonly string Root = Directory.CreateTempSubdirectory("leadrelay-").FullName;
    private static readonly Lock Gate = new();
    /// <summary>Whether the full forms run: <c>./test long</c>. What takes minutes and has no short form has the trait <c>Takes=Long</c>.</summary>
    public static readonly bool IsLong = Environment.GetEnvironmentVariable("LEADRELAY_LONG") is "1";

    private static int nextPort = 20_000 + Environment.ProcessId % 100 * 100;
    private static Process? watchdog;

    /// <summary>The folder that has <c>LeadRelay.slnx</c>.</summary>
    public static string Repository { get; } = FindRepository();

    /// <summary>Where the projects are that were built together with these tests: each one's are in <c>PROJECT/CONFIGURATION</c>.</summary>
    public static string Binaries { get; } = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", ".."));

    /// <summary><c>debug</c> or <c>release</c>, as these tests were built.</summary>
    public static string Configuration { get; } =
        new DirectoryInfo(AppContext.BaseDirectory).Name.Contains("release", StringComparison.OrdinalIgnoreCase) ? "release" : "debug";

    /// <summary>Where a project's program is: in its folder of <c>LEADRELAY_PROGRAMS</c> if it was published there, as production's images have it; else as it was built together with these tests.</summary>
    public static string Program(string project) =>
        Environment.GetEnvironmentVariable("LEADRELAY_PROGRAMS") is { Length: > 0 } published && Path.Combine(published, project) is var folder && Directory.Exists(folder)
            ? folder
            : Path.Combine(Binaries, project, Configuration);

    /// <summary>An empty folder, deleted with the run at the latest.</summary>
    public static string NewFolder(string name)
    {
        Watch();
        return Directory.CreateDirectory(Path.Combine(Root, $"{name}-{Guid.CreateVersion7().ToString("N")[^8..]}")).FullName;
    }

    /// <summary>
    /// A loopback port nobody listens on, given out once per run. It lies below the range from which the system takes
    /// the ports of outgoing connections, so that none of them takes it before its service does.
    /// </summary>
    public static int FreePort()
    {
        lock (Gate)
        {
            for (var tries = 0; tries < 12_000; tries++)
            {
                var port = nextPort;
                nextPort = nextPort >= 31_999 ? 20_000 : nextPort + 1;
                if (IsFree(port))
                    return port;
            }
        }
        throw new InvalidOperationException("No free loopback port between 20000 and 31999.");
    }

    public static bool IsFree(int port)
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            probe.Bind(new IPEndPoint(IPAddress.Any, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Starts a process that ends with the run. Of the environment it gets what is given and what a program needs to run at all.</summary>
    public static Process Start(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment, string folder)
    {
        Watch();
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.ToList())
        {
            if (name is not ("PATH" or "HOME" or "USER" or "LANG" or "TZ" or "TMPDIR") && !name.StartsWith("DOTNET_ROOT", StringComparison.Ordinal))
                start.Environment.Remove(name);
        }
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        start.Environment[Mark] = Id;

        var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        process.StandardInput.Close();
        return process;
    }

    /// <summary>Has what a library starts from this process end with the run, too, and keep its temporary files in a folder.</summary>
    public static void AdoptChildren(string folder)
    {
        // Before it has the mark, or the watchdog would inherit it and end itself.
        Watch();
        Environment.SetEnvironmentVariable(Mark, Id);
        Environment.SetEnvironmentVariable("TMPDIR", folder);
    }

    /// <summary>Has a container removed when the run is gone.</summary>
    public static void RemoveAtEnd(string container)
    {
        var input = Watch().StandardInput;
        lock (Gate)
        {
            input.WriteLine(container);
            input.Flush();
        }
    }

    /// <summary>The living processes whose environment has this variable with this value.</summary>
    public static IReadOnlyList<int> ProcessesWith(string variable, string value)
    {
        var found = new List<int>();
        var wanted = Encoding.UTF8.GetBytes($"{variable}={value}\0");
        foreach (var folder in Directory.Exists("/proc") ? Directory.EnumerateDirectories("/proc") : [])
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id) || id == Environment.ProcessId)
                continue;
            try
            {
                if (File.ReadAllBytes($"{folder}/environ").AsSpan().IndexOf(wanted) >= 0)
                    found.Add(id);
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                // It ended meanwhile, or is somebody else's.
            }
        }
        return found;
    }

    /// <summary>The command line and the environment of every living process this run started: for tests that nothing is left behind.</summary>
    public static IReadOnlyList<string> OwnProcesses() => [.. ProcessesWith(Mark, Id).Select(Describe)];

    /// <summary>Sends a signal to one process: 9 kills it, 15 asks it to stop.</summary>
    public static void Signal(int process, int signal) => _ = SendSignal(process, signal);

    /// <summary>Deletes a folder that may still be written to by something that is just ending.</summary>
    public static async Task DeleteAsync(string folder)
    {
        for (var tries = 0; Directory.Exists(folder); tries++)
        {
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (Exception busy) when (busy is IOException or UnauthorizedAccessException && tries < 50)
            {
                await Task.Delay(100);
            }
        }
    }

    private static Process Watch()
    {
        lock (Gate)
            return watchdog ??= StartWatchdog();
    }

    /// <summary>Reads its standard input, which ends when this process does, in whatever way; then it clears up.</summary>
    private static Process StartWatchdog()
    {
        const string Script = """
            exec >/dev/null 2>&1
            trap '' INT TERM HUP
            containers=
            while read -r name; do containers="$containers $name"; done
            for round in 1 2 3; do
                for entry in /proc/[0-9]*; do
                    if grep -qs "$1" "$entry/environ"; then kill -9 "${entry#/proc/}"; fi
                done
                sleep 0.1
            done
            for name in $containers; do docker rm -f -v "$name"; done
            # A second time, as what ends by itself when its parent does (a browser's processes) may still have been writing.
            rm -rf "$2" || { sleep 1; rm -rf "$2"; }
            """;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Sweep();
        var start = new ProcessStartInfo("/bin/sh", ["-c", Script, "watchdog", $"{Mark}={Id}", Root]) { RedirectStandardInput = true, WorkingDirectory = "/" };
        return Process.Start(start) ?? throw new InvalidOperationException("/bin/sh did not start.");
    }

    /// <summary>The orderly end: the same, and this process waits for it.</summary>
    private static void Sweep()
    {
        foreach (var process in ProcessesWith(Mark, Id))
            Signal(process, 9);
        watchdog?.StandardInput.Close();
        watchdog?.WaitForExit(5_000);
    }

    private static string Describe(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline") + File.ReadAllText($"/proc/{process}/environ");
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static string FindRepository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "LeadRelay.slnx")))
                return folder.FullName;
        }
        throw new InvalidOperationException($"No LeadRelay.slnx above {AppContext.BaseDirectory}.");
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int SendSignal(int process, int signal);
}
