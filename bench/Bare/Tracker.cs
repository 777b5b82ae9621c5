using System.Collections.Concurrent;
using System.Diagnostics;

namespace LeadRelay.Bare;

/// <summary>
/// A tracker that takes its time, on several ports as several hosts. It remembers of each postback the click id, the
/// status and the moment it came, by the clock that all processes of a machine share; <c>/receipts</c> tells it, and forgets it.
/// </summary>
internal static class Tracker
{
    private static readonly ReadOnlyMemory<byte> Taken = "OK"u8.ToArray();

    public static async Task RunAsync(string[] addresses, TimeSpan delay)
    {
        var receipts = new ConcurrentQueue<(string ClickId, string? Status, long At)>();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        await using var app = builder.Build();
        foreach (var address in addresses)
            app.Urls.Add(address);
        app.Run(async http =>
        {
            var at = Stopwatch.GetTimestamp();
            if (http.Request.Path == "/receipts")
            {
                while (receipts.TryDequeue(out var receipt))
                    await http.Response.WriteAsync($"{receipt.ClickId} {receipt.Status} {receipt.At}\n");
                return;
            }
            if (http.Request.Query["subid"] is [{ } clickId])
                receipts.Enqueue((clickId, http.Request.Query["status"], at));
            if (delay > TimeSpan.Zero)
                await Task.Delay(delay);
            http.Response.ContentLength = Taken.Length;
            await http.Response.Body.WriteAsync(Taken);
        });
        await app.RunAsync();
    }
}
