namespace LeadRelay.Tests.EndToEnd;

/// <summary><c>relayctl</c> as a process, on a relay's configuration.</summary>
internal static class Relayctl
{
    /// <summary>A command that must succeed; returns what it printed.</summary>
    public static async Task<string> DoAsync(Relay relay, params string[] arguments) => (await RunAsync(relay, 0, arguments)).Output;

    /// <summary>As it was built together with these tests.</summary>
    public static string Program { get; } = Path.Combine(TestRun.Binaries, "Relayctl", TestRun.Configuration, "LeadRelay.Relayctl.dll");

    /// <summary>What makes it one for this relay.</summary>
    public static Dictionary<string, string> Settings(Relay relay)
    {
        var settings = new Dictionary<string, string>
        {
            ["Config__Path"] = relay.ConfigFolder, ["Profile"] = "embedded",
            ["CrmWriter__Url"] = relay.CrmWriter.BaseAddress!.ToString(), ["PostbackDispatcher__Url"] = relay.PostbackDispatcher.BaseAddress!.ToString(),
            ["AuditStore__Url"] = relay.AuditStore.BaseAddress!.ToString(), ["Operator__Token"] = Relay.PersonalDataToken,
            ["Broker__Url"] = relay.BrokerUrl?.AbsoluteUri ?? "",
        };
        foreach (var (name, value) in relay.CommonSettings)
            settings[name] = value;
        return settings;
    }

    public static async Task<(string Output, string Errors)> RunAsync(Relay relay, int exitCode, params string[] arguments)
    {
        using var process = TestRun.Start("dotnet", [Program, .. arguments], Settings(relay), TestRun.Repository);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == exitCode, $"{string.Join(' ', arguments)}: {process.ExitCode}\n{await output}{await errors}");
        return (await output, await errors);
    }
}
