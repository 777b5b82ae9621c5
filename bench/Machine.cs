using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using LeadRelay.Tests.EndToEnd;
using Microsoft.Data.Sqlite;

namespace LeadRelay.Bench;

/// <summary>What the figures were measured on, and what the processes had of it.</summary>
internal static class Machine
{
    public static string Now => TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>The commit, and whether there is more than that.</summary>
    public static string Version => $"commit {Ask("git", "describe", "--always", "--dirty", "--abbrev=7")}";

    public static string Description =>
        $"{Environment.ProcessorCount} × {Proc("cpuinfo", "model name")}, {long.Parse(Proc("meminfo", "MemTotal").Split(' ')[0], CultureInfo.InvariantCulture) / 1024 / 1024.0:0} GB; {RuntimeInformation.OSDescription}; "
        + $".NET {Environment.Version}; RabbitMQ {Ask("dpkg-query", "--show", "--showformat=${Version}", "rabbitmq-server") switch { "" => "as given", var version => version }}; SQLite {Sqlite}";

    private static string Sqlite
    {
        get
        {
            using var connection = new SqliteConnection("Data Source=:memory:");
            return connection.ServerVersion;
        }
    }

    /// <summary>The load average of the last minute, five and fifteen.</summary>
    public static string Load() => string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ')[..3]);

    /// <summary>Processor time a process has had.</summary>
    public static TimeSpan Used(int process)
    {
        using var it = Process.GetProcessById(process);
        return it.TotalProcessorTime;
    }

    /// <summary>What a process has in memory, MB.</summary>
    public static double Memory(int process) => Kilobytes(process, "VmRSS") / 1024.0;

    /// <summary>The most it ever had, MB.</summary>
    public static double PeakMemory(int process) => Kilobytes(process, "VmHWM") / 1024.0;

    private static long Kilobytes(int process, string what) => long.Parse(Proc($"{process}/status", what).Split(' ')[0], CultureInfo.InvariantCulture);

    private static string Proc(string file, string what) =>
        File.ReadLines($"/proc/{file}").First(line => line.StartsWith(what, StringComparison.Ordinal)).Split(':', 2)[1].Trim();

    private static string Ask(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = TestRun.Repository })!;
            var answer = process.StandardOutput.ReadToEnd().Trim();
            process.WaitForExit();
            return process.ExitCode is 0 ? answer : "";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "";
        }
    }
}
