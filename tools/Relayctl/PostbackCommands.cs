using System.Text.Json;

namespace LeadRelay.Relayctl;

/// <summary>The commands on postbacks: PostbackDispatcher's own API, from a shell.</summary>
internal sealed class PostbackCommands(TextWriter output)
{
    /// <summary>Options that say which postbacks.</summary>
    public static readonly IReadOnlyList<string> Filter = ["--campaign", "--partner", "--target", "--event", "--state", "--from", "--to"];

    /// <summary>Options that say what to try.</summary>
    public static readonly IReadOnlyList<string> Trial = ["--event", "--status", "--group", "--order", "--lead", "--click", "--partner"];

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);

    private readonly ServiceApi api = new("PostbackDispatcher", 8083);

    public async Task<int> PreviewAsync(Arguments args)
    {
        var preview = await api.PostAsync("postbacks/preview", TrialOf(args));
        output.WriteLine(Text(preview, "event") is { } word
            ? $"Event {word}, label \"{Text(preview, "label")}\", {(Text(preview, "rule") is { } rule ? $"by the entry \"{rule}\" of the status map" : "for which the status map has no entry")}"
            : "No event.");
        foreach (var postback in List(preview, "postbacks"))
        {
            Print(postback.GetProperty("request"));
            foreach (var missing in List(postback, "missing_secrets"))
                output.WriteLine($"  It cannot be sent: {missing}");
            Line("  ", Text(postback, "host"));
        }
        Line("Nothing is sent: ", Text(preview, "nothing"));
        foreach (var outlook in List(preview, "decision"))
        {
            var about = Text(outlook, "target") is { } target ? $" to {target}" : "";
            output.WriteLine(Text(outlook, "fires") is "true" ? $"For this order now{about}: {Text(outlook, "text")}" : $"For this order now nothing{about} ({Text(outlook, "reason")}): {Text(outlook, "text")}");
        }
        return 0;
    }

    public async Task<int> TestAsync(Arguments args)
    {
        args.Required("--click");
        var tested = await api.PostAsync("postbacks/test", TrialOf(args));
        foreach (var postback in List(tested, "postbacks"))
        {
            Print(postback.GetProperty("request"));
            output.WriteLine($"  {Text(postback, "http_status") ?? "no answer"} after {Text(postback, "duration_ms")} ms. {Text(postback, "verdict")}");
            // A refusal's verdict has the reason in it.
            if (Text(postback, "error") is { } error && Text(postback, "verdict")?.StartsWith(error, StringComparison.Ordinal) is not true)
                Line("  ", error);
            Line("  Its answer: ", Text(postback, "response"));
        }
        Line("Nothing was sent: ", Text(tested, "nothing"));
        return 0;
    }

    public async Task<int> ListAsync(string path, Arguments args) => Print(await FindAsync(path, args, [.. Filter, "--order"]), "postbacks", Describe);

    public async Task<int> HeldAsync(Arguments args)
    {
        if (args["--status"] is not null && args["--group"] is not null)
            throw new UsageException("Either --status ID or --group GROUP.");
        var status = args["--group"] is { } group ? $"group:{group}" : args["--status"];
        return Print(await FindAsync("held", args, ["--campaign"], status is null ? "" : $"&status={Uri.EscapeDataString(status)}"), "held", DescribeHeld);
    }

    public async Task<int> ShowAsync(Arguments args)
    {
        output.WriteLine(Describe(await api.GetAsync($"postbacks/{Uri.EscapeDataString(args.Name)}")));
        return 0;
    }

    public async Task<int> ResendAsync(Arguments args)
    {
        if (args.NameIfGiven is { } id)
        {
            if (args.Has("--dry-run") || Filter.Any(option => args[option] is not null))
                throw new UsageException("Either an ID, or a filter with or without --dry-run.");
            output.WriteLine($"Is sent now: {Describe(await api.PostAsync($"postbacks/{Uri.EscapeDataString(id)}/resend", new { recorded = !args.Has("--fresh"), reason = args["--reason"] }))}");
            return 0;
        }
        if (!Filter.Any(option => args[option] is not null))
            throw new UsageException($"Say which: an ID, or any of {string.Join(", ", Filter)}.");
        var order = new
        {
            campaign = args["--campaign"], partner = args["--partner"], target = args["--target"], @event = args["--event"], state = args["--state"], from = args["--from"], to = args["--to"],
            dry_run = args.Has("--dry-run"), recorded = !args.Has("--fresh"), reason = args["--reason"],
        };
        return await WatchAsync(await api.PostAsync("postbacks/resends", order));
    }

    public async Task<int> CancelAsync(Arguments args)
    {
        output.WriteLine($"Is not sent: {Describe(await api.PostAsync($"postbacks/{Uri.EscapeDataString(args.Name)}/cancel", new { reason = args["--reason"] }))}");
        return 0;
    }

    public async Task<int> RemapAsync(Arguments args) =>
        await WatchAsync(await api.PostAsync($"campaigns/{Uri.EscapeDataString(args.Name)}/remap", new { dry_run = args.Has("--dry-run"), reason = args["--reason"] }));

    public async Task<int> ReleaseAsync(Arguments args)
    {
        var job = await api.PostAsync($"campaigns/{Uri.EscapeDataString(args.Name)}/release", new
        {
            status_id = args["--status"], status_group = args["--group"], label = args.Required("--label"), @event = args["--event"], dry_run = args.Has("--dry-run"), reason = args["--reason"],
        });
        var code = await WatchAsync(job);
        if (!args.Has("--dry-run"))
        {
            output.WriteLine($"Put this line into the status_map of {args.Name}, else the next one is held again:\n  {Text(job, "line")},");
            if (args["--group"] is not null)
                output.WriteLine("There it counts for each status of the group that has no entry of its own, with an id or without; what is held of those is told then, too.");
        }
        return code;
    }

    public async Task<int> JobsAsync(Arguments args)
    {
        if (args.NameIfGiven is not { } id)
        {
            if (args.Has("--cancel"))
                throw new UsageException("Say which job: postbacks jobs JOB_ID --cancel.");
            var jobs = List(await api.GetAsync("jobs"), "jobs");
            foreach (var job in jobs)
                output.WriteLine(Progress(job));
            if (jobs is [])
                output.WriteLine("There are none.");
            return 0;
        }
        var path = $"jobs/{Uri.EscapeDataString(id)}";
        output.WriteLine(Progress(args.Has("--cancel") ? await api.PostAsync($"{path}/cancel", new { }) : await api.GetAsync(path)));
        return 0;
    }

    /// <summary>Shows how far a job is until it has ended, or until Ctrl-C.</summary>
    private async Task<int> WatchAsync(JsonElement job)
    {
        using var left = new CancellationTokenSource();
        ConsoleCancelEventHandler leave = (_, e) => { e.Cancel = true; left.Cancel(); };
        Console.CancelKeyPress += leave;
        try
        {
            var id = Text(job, "job_id");
            for (var shown = ""; ; job = await LookAsync(id))
            {
                if (Progress(job) is var progress && progress != shown)
                    output.WriteLine(shown = progress);
                if (Text(job, "state") is var state and not "running")
                    return state is "done" ? 0 : 1;
                await Task.Delay(Look, left.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (left.IsCancellationRequested)
                {
                    output.WriteLine($"It goes on. ./relayctl postbacks jobs {id} shows how far it is; with --cancel it stops.");
                    return 0;
                }
            }
        }
        finally { Console.CancelKeyPress -= leave; }
    }

    private async Task<JsonElement> LookAsync(string? id)
    {
        try { return await api.GetAsync($"jobs/{id}"); }
        catch (CommandException e)
        {
            throw new OutcomeUnknownException($"{e.Message} The job {id} is taken on and goes on by itself: ./relayctl postbacks jobs {id} shows how far it is; with --cancel it stops.");
        }
    }

    private Task<JsonElement> FindAsync(string path, Arguments args, IReadOnlyList<string> filter, string more = "") =>
        api.GetAsync($"{path}?{string.Join('&', filter.Append("--limit").Append("--after").Where(option => args[option] is not null).Select(option => $"{option[2..]}={Uri.EscapeDataString(args[option]!)}"))}{more}");

    private int Print(JsonElement found, string name, Func<JsonElement, string> describe)
    {
        foreach (var one in List(found, name))
            output.WriteLine(describe(one));
        if (Text(found, "next") is { } next)
            output.WriteLine($"There are more: the same with --after {next}");
        else if (List(found, name) is [])
            output.WriteLine("There are none.");
        return 0;
    }

    private static object TrialOf(Arguments args) => new
    {
        campaign = args.Name, @event = args["--event"], status_id = args["--status"], status_group = args["--group"],
        order_id = args["--order"], lead_id = args["--lead"], click_id = args["--click"], partner = args["--partner"],
    };

    private void Print(JsonElement request)
    {
        output.WriteLine($"{Text(request, "method")} {Text(request, "url")}");
        foreach (var header in request.GetProperty("headers").EnumerateObject())
            output.WriteLine($"  {header.Name}: {header.Value}");
        Line("  Content-Type: ", Text(request, "content_type"));
        Line("  ", Text(request, "body"));
    }

    private void Line(string lead, string? text)
    {
        if (text is not null)
            output.WriteLine(lead + text);
    }

    private static string Describe(JsonElement postback)
    {
        var next = Text(postback, "next_attempt_at") is { } at ? $", next at {at}" : "";
        var since = Text(postback, "resent_as") is { } again ? $", sent again as {again}" : Text(postback, "superseded") is "true" ? ", superseded since" : "";
        var waits = Text(postback, "waits") is { } text ? $"  {text}" : "";
        return $"{Text(postback, "delivery_id")}  {Text(postback, "since")}  {Text(postback, "campaign")}  order {Text(postback, "order_id")}  {Text(postback, "event")} ({Text(postback, "label")})"
            + $"  {Text(postback, "target")}  {Text(postback, "state")}, attempts {Text(postback, "attempts")}{since}{next}{waits}";
    }

    private static string DescribeHeld(JsonElement held)
    {
        var status = Text(held, "status_id") ?? $"group:{Text(held, "status_group")}";
        var comment = Text(held, "comment") is { } text ? $"  {CrmQueries.OneLine(text)}" : "";
        return $"{Text(held, "message_id")}  {Text(held, "since")}  {Text(held, "campaign")}  order {Text(held, "order_id")}  status {CrmQueries.OneLine(status)}{comment}";
    }

    private static string Progress(JsonElement job)
    {
        var isDry = Text(job, "dry_run") is "true";
        var done = (Text(job, "kind"), isDry) switch
        {
            ("resend", false) => "sent again", ("resend", true) => "would be sent again",
            ("release", false) => "told", ("release", true) => "would be told",
            (_, false) => "told anew", _ => "would be told anew",
        };
        return $"{Text(job, "job_id")}  {Text(job, "kind")}{(isDry ? " (dry run)" : "")}  {Text(job, "state")}: {Text(job, "looked")} looked at, {Text(job, "done")} {done}, {Text(job, "refused")} refused. {Text(job, "what")}";
    }

    private static JsonElement[] List(JsonElement element, string name) =>
        element.TryGetProperty(name, out var list) && list.ValueKind is JsonValueKind.Array ? [.. list.EnumerateArray()] : [];

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.ValueKind switch
    {
        JsonValueKind.Null => null, JsonValueKind.String => value.GetString(), _ => value.GetRawText(),
    } : null;
}
