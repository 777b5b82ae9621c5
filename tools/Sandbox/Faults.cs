using LeadRelay.Sandbox.GraphQl;
using Microsoft.AspNetCore.Http.HttpResults;

namespace LeadRelay.Sandbox;

/// <summary>The faults that are active, and what they do to a call.</summary>
public sealed class Faults(TimeProvider clock, IHostApplicationLifetime lifetime)
{
    private readonly Lock gate = new();
    private readonly List<(Fault Fault, int Left)> active = [];

    /// <returns>How many are active now.</returns>
    public int Add(Fault fault)
    {
        lock (gate)
        {
            active.Add((fault, fault.Times is 0 ? int.MaxValue : fault.Times));
            return active.Count;
        }
    }

    public void Clear()
    {
        lock (gate)
            active.Clear();
    }

    /// <summary>Does the work as the faults of the moment allow.</summary>
    public async Task<IResult> Around(string target, string? tracker, HttpContext http, Func<IResult> work)
    {
        IReadOnlyList<Fault> faults = Draw(target, tracker);
        foreach (var delay in faults.Where(fault => fault.Kind is "delay"))
            await Wait(delay.Delay);

        var last = faults.LastOrDefault(fault => fault.Decides);
        if (last is { Kind: "status" })
            return Status(last, http);
        if (last is { Kind: "errors" })
            return TypedResults.Json(GraphQlError.Body(new GraphQlError("The stand-in was told to refuse this.", last.Code)));

        var answer = work();
        foreach (var hang in faults.Where(fault => fault.Kind is "hang_after"))
            await Wait(hang.Delay);
        if (last is { Kind: "garbage" })
            return TypedResults.Text("<html><body>}{ upstream said no", "text/html");
        if (last is not { Kind: "cut" })
            return answer;
        http.Abort();
        return TypedResults.Empty;
    }

    // In the order they were set, up to the first that decides the answer: those behind it are not used up.
    private List<Fault> Draw(string target, string? tracker)
    {
        var drawn = new List<Fault>();
        lock (gate)
        {
            for (var i = 0; i < active.Count && !drawn.Exists(fault => fault.Decides); i++)
            {
                var (fault, left) = active[i];
                if (!fault.Matches(target, tracker) || (fault.Probability < 1 && Random.Shared.NextDouble() >= fault.Probability))
                    continue;
                drawn.Add(fault);
                active[i] = (fault, fault.Times is 0 ? left : left - 1);
            }
            active.RemoveAll(entry => entry.Left is 0);
        }
        return drawn;
    }

    // A caller who gives up does not end the wait: the real thing would do the work all the same.
    private async Task Wait(TimeSpan delay) =>
        await Task.Delay(delay, clock, lifetime.ApplicationStopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private static ContentHttpResult Status(Fault fault, HttpContext http)
    {
        if (fault.RetryAfter is not null)
            http.Response.Headers.RetryAfter = fault.RetryAfter;
        return TypedResults.Text(fault.Body ?? "The stand-in was told to answer so.", statusCode: fault.Status);
    }
}
