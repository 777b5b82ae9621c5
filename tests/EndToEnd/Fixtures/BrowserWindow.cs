using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace LeadRelay.Tests.EndToEnd;

/// <summary>A window of <see cref="Browser"/>: its page, and what the browser found wrong since it was opened.</summary>
public sealed class BrowserWindow
{
    private static readonly string Pictures = Path.Combine(TestRun.Repository, "artifacts", "screenshots");
    private readonly ConcurrentQueue<string> found = new();
    private readonly List<string> expected = [];
    private readonly bool dark;

    private BrowserWindow(IPage page, bool dark)
    {
        Page = page;
        this.dark = dark;
    }

    public IPage Page { get; }

    /// <summary>Console errors and warnings, uncaught exceptions, and requests to anywhere but this machine; what was expected and did not come.</summary>
    public IReadOnlyList<string> Findings
    {
        get
        {
            var left = found.ToList();
            foreach (var text in expected)
            {
                var index = left.FindIndex(finding => finding.Contains(text, StringComparison.Ordinal));
                if (index < 0)
                    left.Add($"not found, but expected: {text}");
                else
                    left.RemoveAt(index);
            }
            return left;
        }
    }

    internal static async Task<BrowserWindow> OpenAsync(IBrowserContext context, bool dark)
    {
        var window = new BrowserWindow(await context.NewPageAsync(), dark);
        context.Console += (_, message) => window.Note(message.Type is "error" or "warning", $"console {message.Type}: {message.Text} ({message.Location})");
        context.WebError += (_, error) => window.Note(true, $"uncaught: {error.Error}");
        context.Request += (_, request) => window.Note(new Uri(request.Url) is { Scheme: "http" or "https", IsLoopback: false }, $"request to elsewhere: {request.Url}");
        return window;
    }

    /// <summary>Says that the visit makes the browser find one thing wrong that has these words: for a page that answers 404 they are <c>status of 404</c>.</summary>
    public void Expect(string part) => expected.Add(part);

    /// <summary>
    /// Pictures of the whole page as a desktop and as a telephone show it, in <c>artifacts/screenshots/NAME-WIDTH[-dark].png</c>;
    /// on neither may it have to be scrolled sideways.
    /// </summary>
    public async Task ScreenshotAsync(string name)
    {
        var before = Page.ViewportSize!;
        foreach (var width in (int[])[1280, 390])
        {
            await Page.SetViewportSizeAsync(width, before.Height);
            await Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Pictures, $"{name}-{width}{(dark ? "-dark" : "")}.png"), FullPage = true });
            var needed = await Page.EvaluateAsync<int>("document.documentElement.scrollWidth");
            var has = await Page.EvaluateAsync<int>("document.documentElement.clientWidth");
            Assert.True(needed <= has, $"{Page.Url} needs {needed} px in a window of {has}: let what is wide in it break its lines, or scroll by itself.");
        }
        await Page.SetViewportSizeAsync(before.Width, before.Height);
    }

    private void Note(bool isWrong, string finding)
    {
        // A browser asks for it now and then, also beside an answer that is no page.
        if (isWrong && !finding.Contains("/favicon.ico", StringComparison.Ordinal))
            found.Enqueue(finding);
    }
}
