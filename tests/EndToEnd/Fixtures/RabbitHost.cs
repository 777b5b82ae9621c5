using System.Diagnostics;

namespace LeadRelay.Tests.EndToEnd;

/// <summary>Where a test's RabbitMQ runs. AMQP and the management API are reached as <see cref="RabbitNode.User"/> on loopback.</summary>
internal abstract class RabbitHost : IAsyncDisposable
{
    public abstract Uri Amqp { get; }

    public abstract Uri Management { get; }

    public abstract bool HasExited { get; }

    /// <summary>The node's, where it is ours.</summary>
    public virtual int? ProcessId => null;

    /// <summary>The settings both kinds of a node of our own have: small, and statistics that are at most half a second old.</summary>
    protected const string Settings = """
        collect_statistics_interval = 500
        management.sample_retention_policies.global.minute = 1
        management.sample_retention_policies.basic.minute = 1
        management.sample_retention_policies.detailed.minute = 1
        disk_free_limit.absolute = 50MB
        vm_memory_high_watermark.absolute = 1GB
        raft.wal_max_size_bytes = 67108864
        """;

    /// <summary>What does not fit the newer format: quorum queues report their lengths every half second, too.</summary>
    protected const string AdvancedSettings = "[{rabbit, [{quorum_tick_interval, 500}]}].\n";

    /// <summary>Starts it, the second time on the same data and ports; does not wait until it is ready.</summary>
    public abstract Task StartAsync();

    public abstract void Kill();

    /// <summary>It stands still, its connections stay; and goes on.</summary>
    public abstract void Pause(bool isPaused);

    public abstract string Log();

    public abstract ValueTask DisposeAsync();

    /// <summary>The first that there is: an address given from outside, the native server, docker.</summary>
    /// <param name="settings">Further lines of rabbitmq.conf; they need the native server.</param>
    public static async Task<RabbitHost> ChooseAsync(string? settings = null)
    {
        if (settings is not null)
            return new NativeRabbit(settings);
        if (Environment.GetEnvironmentVariable("TEST_BROKER_URL") is { Length: > 0 } url)
            return new GivenRabbit(new Uri(url), Environment.GetEnvironmentVariable("TEST_BROKER_MANAGEMENT_URL"));
        if (File.Exists(NativeRabbit.Server))
            return new NativeRabbit();
        if (await DockerRabbit.WorksAsync())
            return new DockerRabbit();
        throw new InvalidOperationException(
            $"These tests need a RabbitMQ: install rabbitmq-server ({NativeRabbit.Server}), or docker, or set TEST_BROKER_URL and TEST_BROKER_MANAGEMENT_URL.");
    }
}

/// <summary>A broker somebody else runs.</summary>
internal sealed class GivenRabbit(Uri amqp, string? management) : RabbitHost
{
    public override Uri Amqp => amqp;

    public override Uri Management => new((management
        ?? throw new InvalidOperationException("TEST_BROKER_URL is set, so TEST_BROKER_MANAGEMENT_URL has to say where its management API is: http://127.0.0.1:15672")).TrimEnd('/') + "/");

    public override bool HasExited => false;

    public override Task StartAsync() => Task.CompletedTask;

    public override void Kill() =>
        throw new NotSupportedException("This test kills the broker, and TEST_BROKER_URL names one that is not ours to kill. Run it without TEST_BROKER_URL.");

    public override void Pause(bool isPaused) =>
        throw new NotSupportedException("This test halts the broker, and TEST_BROKER_URL names one that is not ours to halt. Run it without TEST_BROKER_URL.");

    public override string Log() => $"(the broker of TEST_BROKER_URL, {amqp.Host}:{amqp.Port})";

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>Debian's server as a node of its own: own name, data, cookie and epmd, all on loopback.</summary>
internal sealed class NativeRabbit(string settings = "") : RabbitHost
{
    public const string Server = "/usr/lib/rabbitmq/bin/rabbitmq-server";
    private const string Mark = "LEADRELAY_TEST_NODE";
    private readonly string folder = TestRun.NewFolder("rabbit");
    private readonly int amqpPort = TestRun.FreePort();
    private readonly int managementPort = TestRun.FreePort();
    private readonly int distributionPort = TestRun.FreePort();
    private readonly int epmdPort = TestRun.FreePort();
    private readonly ProcessOutput output = new();
    private Process? epmd;
    private Process? node;

    public override Uri Amqp => new($"amqp://{RabbitNode.User}:{RabbitNode.User}@127.0.0.1:{amqpPort}/");

    public override Uri Management => new($"http://127.0.0.1:{managementPort}/");

    public override bool HasExited => node is { HasExited: true };

    public override int? ProcessId => node?.Id;

    public override async Task StartAsync()
    {
        var environment = new Dictionary<string, string>
        {
            [Mark] = folder,
            ["HOME"] = folder,
            ["PATH"] = $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/usr/bin:/sbin:/bin",
            ["ERL_EPMD_PORT"] = $"{epmdPort}",
            ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
            ["ERL_FLAGS"] = "-start_epmd false -kernel inet_dist_use_interface {127,0,0,1}",
            ["RABBITMQ_NODENAME"] = $"leadrelay{amqpPort}@localhost",
            ["RABBITMQ_DIST_PORT"] = $"{distributionPort}",
            ["RABBITMQ_MNESIA_BASE"] = $"{folder}/data",
            ["RABBITMQ_LOG_BASE"] = $"{folder}/log",
            ["RABBITMQ_PID_FILE"] = $"{folder}/pid",
            ["RABBITMQ_CONFIG_FILE"] = $"{folder}/rabbitmq.conf",
            ["RABBITMQ_ADVANCED_CONFIG_FILE"] = $"{folder}/advanced.config",
            ["RABBITMQ_CONF_ENV_FILE"] = $"{folder}/rabbitmq-env.conf",
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = $"{folder}/enabled_plugins",
            // Then the script becomes the Erlang machine instead of standing before it: the process we start is the one to kill.
            ["RUNNING_UNDER_SYSTEMD"] = "true",
        };
        if (epmd is null)
        {
            await File.WriteAllTextAsync(environment["RABBITMQ_CONFIG_FILE"], $"""
                listeners.tcp.1 = 127.0.0.1:{amqpPort}
                management.tcp.ip = 127.0.0.1
                management.tcp.port = {managementPort}
                {Settings}
                {settings}

                """);
            await File.WriteAllTextAsync(environment["RABBITMQ_ADVANCED_CONFIG_FILE"], AdvancedSettings);
            await File.WriteAllTextAsync(environment["RABBITMQ_CONF_ENV_FILE"], "");
            await File.WriteAllTextAsync(environment["RABBITMQ_ENABLED_PLUGINS_FILE"], "[rabbitmq_management].\n");
            // In the foreground: the one Erlang would start by itself is a daemon that outlives its node.
            epmd = TestRun.Start("epmd", ["-port", $"{epmdPort}", "-address", "127.0.0.1"], environment, folder);
            output.Read(epmd);
        }
        // Whoever asks meanwhile is not given one that is disposed of.
        var before = Interlocked.Exchange(ref node, null);
        before?.Dispose();
        node = TestRun.Start(Server, [], environment, folder);
        output.Read(node);
    }

    public override void Kill()
    {
        if (node is null)
            return;
        node.Kill();
        if (!node.WaitForExit(TimeSpan.FromSeconds(15)))
            throw new TimeoutException($"The node (process {node.Id}) outlived SIGKILL.");
        // Its helpers see their pipes close and go; a new node is not to meet them.
        foreach (var helper in TestRun.ProcessesWith(Mark, folder).Where(id => id != epmd?.Id))
            TestRun.Signal(helper, 9);
    }

    public override void Pause(bool isPaused) => TestRun.Signal(node!.Id, isPaused ? 19 : 18);

    public override string Log()
    {
        var log = Directory.Exists($"{folder}/log") ? Directory.EnumerateFiles($"{folder}/log", "*.log") : [];
        return $"{output}\n{string.Join('\n', log.SelectMany(File.ReadLines).TakeLast(60))}";
    }

    public override async ValueTask DisposeAsync()
    {
        Kill();
        epmd?.Kill();
        for (var tries = 0; TestRun.ProcessesWith(Mark, folder) is { Count: > 0 } left && tries < 100; tries++)
        {
            foreach (var process in left)
                TestRun.Signal(process, 9);
            await Task.Delay(50);
        }
        node?.Dispose();
        epmd?.Dispose();
        await TestRun.DeleteAsync(folder);
    }
}

/// <summary>The official image.</summary>
internal sealed class DockerRabbit : RabbitHost
{
    private readonly string folder = TestRun.NewFolder("rabbit");
    private readonly int amqpPort = TestRun.FreePort();
    private readonly int managementPort = TestRun.FreePort();
    private string? container;

    public override Uri Amqp => new($"amqp://{RabbitNode.User}:{RabbitNode.User}@127.0.0.1:{amqpPort}/");

    public override Uri Management => new($"http://127.0.0.1:{managementPort}/");

    public override bool HasExited => false;

    public static async Task<bool> WorksAsync()
    {
        try
        {
            return (await DockerAsync("info")).ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    public override async Task StartAsync()
    {
        if (container is not null)
        {
            await DemandAsync("start", container);
            return;
        }
        container = $"leadrelay-test-{amqpPort}-{Environment.ProcessId}";
        TestRun.RemoveAtEnd(container);
        // From inside the container nobody comes from loopback, so the guest user's restriction to it has to go.
        await File.WriteAllTextAsync($"{folder}/20-tests.conf", $"loopback_users = none\n{Settings}\n");
        await File.WriteAllTextAsync($"{folder}/advanced.config", AdvancedSettings);
        await DemandAsync("create", "--name", container, "--hostname", container,
            "-p", $"127.0.0.1:{amqpPort}:5672", "-p", $"127.0.0.1:{managementPort}:15672", "rabbitmq:4-management");
        await DemandAsync("cp", $"{folder}/20-tests.conf", $"{container}:/etc/rabbitmq/conf.d/20-tests.conf");
        await DemandAsync("cp", $"{folder}/advanced.config", $"{container}:/etc/rabbitmq/advanced.config");
        await DemandAsync("start", container);
    }

    public override void Kill() => DemandAsync("kill", "--signal", "KILL", container!).GetAwaiter().GetResult();

    public override void Pause(bool isPaused) => DemandAsync(isPaused ? "pause" : "unpause", container!).GetAwaiter().GetResult();

    public override string Log() => container is null ? "" : DockerAsync("logs", "--tail", "80", container).GetAwaiter().GetResult().Output;

    public override async ValueTask DisposeAsync()
    {
        if (container is not null)
            await DockerAsync("rm", "-f", "-v", container);
        await TestRun.DeleteAsync(folder);
    }

    private static async Task DemandAsync(params string[] arguments)
    {
        var (exitCode, output) = await DockerAsync(arguments);
        if (exitCode != 0)
            throw new InvalidOperationException($"docker {string.Join(' ', arguments)} ended with {exitCode}: {output}");
    }

    private static async Task<(int ExitCode, string Output)> DockerAsync(params string[] arguments)
    {
        // Not TestRun.Start: docker needs its own environment (DOCKER_HOST, its configuration).
        using var docker = Process.Start(new ProcessStartInfo("docker", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })
            ?? throw new InvalidOperationException("docker did not start.");
        var texts = await Task.WhenAll(docker.StandardOutput.ReadToEndAsync(), docker.StandardError.ReadToEndAsync());
        await docker.WaitForExitAsync();
        return (docker.ExitCode, string.Concat(texts));
    }
}
