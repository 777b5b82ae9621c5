using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace LeadRelay.Tests.EndToEnd;

/// <summary>
/// A tracker in the test's own process and on a port of its own, so a target of its own: for exact times of receipt, and
/// for more postbacks than one would read from the Sandbox again and again.
/// </summary>
public sealed class OwnTracker : IAsyncDisposable
{
    /// <summary>In place of an HTTP status: the connection breaks without an answer.</summary>
    public const int Cut = 0;

    private readonly WebApplication app;

    private OwnTracker(WebApplication app, string address) => (this.app, Address) = (app, address);

    /// <summary>Without a slash at its end.</summary>
    public string Address { get; }

    /// <param name="receive">Gets a postback's parameters and says the HTTP status, or <see cref="Cut"/>; called when the request has come, before anything is answered.</param>
    /// <param name="body">The answer's; none unless given.</param>
    public static async Task<OwnTracker> StartAsync(Func<IQueryCollection, CancellationToken, Task<int>> receive, Func<IQueryCollection, string>? body = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        var address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{TestRun.FreePort()}");
        var app = builder.Build();
        app.Urls.Add(address);
        app.Run(async http =>
        {
            var status = await receive(http.Request.Query, http.RequestAborted);
            if (status is Cut)
            {
                http.Abort();
                return;
            }
            http.Response.StatusCode = status;
            if (body is not null)
                await http.Response.WriteAsync(body(http.Request.Query));
        });
        await app.StartAsync();
        return new OwnTracker(app, address);
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
