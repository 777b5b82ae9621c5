using System.Collections;
using Microsoft.Playwright;

namespace LeadRelay.Tests.EndToEnd;

/// <summary>The run's chromium: started by the first test that opens a window, ended with the run. It reaches loopback and nothing else.</summary>
public static class Browser
{
    private static readonly Lazy<Task<IBrowser>> Shared = new(StartAsync);

    /// <summary>Opens a window that knows nothing of the others, has somebody look at what is there, and closes it.</summary>
    /// <param name="address">Where its paths start: <c>relay.Address("AuditStore")</c>.</param>
    /// <param name="visit">What is done in it. Afterwards all that the browser found wrong and the visit did not expect fails the test.</param>
    /// <param name="width">Of the window, CSS pixels.</param>
    /// <param name="dark">Whether the person's system is set to dark colours.</param>
    /// <param name="scripts">Whether pages may run JavaScript: ours have none.</param>
    public static async Task VisitAsync(Uri address, Func<BrowserWindow, Task> visit, int width = 1280, bool dark = false, bool scripts = false)
    {
        var browser = await Shared.Value;
        await using var context = await browser.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = address.AbsoluteUri,
            ViewportSize = new ViewportSize { Width = width, Height = 800 },
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            JavaScriptEnabled = scripts,
            ServiceWorkers = ServiceWorkerPolicy.Block,
        });
        var window = await BrowserWindow.OpenAsync(context, dark);
        try
        {
            await visit(window);
        }
        catch (Exception failure) when (window.Findings is { Count: > 0 } findings)
        {
            throw new InvalidOperationException($"{failure.Message}\nThe browser had found:\n{string.Join('\n', findings)}", failure);
        }
        // What it found last is told before it says that it is closed.
        await context.CloseAsync();
        Assert.True(window.Findings.Count == 0, $"The browser found:\n{string.Join('\n', window.Findings)}");
    }

    private static async Task<IBrowser> StartAsync()
    {
        var folder = TestRun.NewFolder("browser");
        TestRun.AdoptChildren(folder);
        var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(each => (string)each.Key, each => (string)each.Value!);
        // It would make a key store there.
        environment["HOME"] = folder;
        // As long as everything else that is waited for.
        Assertions.SetDefaultExpectTimeout(30_000);
        var playwright = await Playwright.CreateAsync();
        return await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Executable(),
            // As root, in a container, there is no sandbox to be had; it sees our own pages only.
            ChromiumSandbox = false,
            Args = ["--disable-gpu", "--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
            Env = environment,
        });
    }

    private static string Executable()
    {
        if (Environment.GetEnvironmentVariable("TEST_CHROMIUM") is { Length: > 0 } given)
            return File.Exists(given) ? given : throw new FileNotFoundException($"TEST_CHROMIUM has to be the path of a chromium, and there is no {given}.");
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        string[] names = ["chromium", "chromium-browser", "google-chrome"];
        return names.SelectMany(name => folders.Select(folder => Path.Combine(folder, name))).FirstOrDefault(File.Exists)
            ?? throw new FileNotFoundException("These tests need a browser: install chromium or Google Chrome, or set TEST_CHROMIUM to the path of one.");
    }
}
