using System.Net;

namespace LeadRelay.Tests.EndToEnd;

/// <summary>Who gets into the operators' console, and who does not: asked without a browser.</summary>
[Collection(nameof(ConsoleRelay))]
public sealed class ConsoleDoors(ConsoleRelay console)
{
    private const string Nobody = "0190163d-8694-739b-aea5-966c26f8ad91";

    private static readonly string[] Pages = ["/", "/find?q=1001", "/campaigns", "/campaigns?days=30", $"/lead/{Nobody}", $"/lead/{Nobody}?open={Nobody}", "/held?campaign=demo&status=77"];
    private static readonly string[] Forms =
        ["/sign-out", $"/lead/{Nobody}", $"/lead/{Nobody}/exists", $"/lead/{Nobody}/again", $"/postbacks/{Nobody}/again", "/postbacks/again", $"/jobs/{Nobody}/stop", "/held"];

    private static readonly string[] NoPages =
    [
        "/nothing", "/console.css", "/favicon.ico", "/_blazor", "/lead", "/lead/1", "/index.html", "/%00", "/%ff", "//evil.example",
        "/lead/../../etc/passwd", "/lead/..%2f..%2fetc/passwd", "/lead/%2e%2e/%2e%2e/etc/passwd",
        "/..\\..\\etc\\passwd", "/lead/....//etc/passwd", "/sign-in/../campaigns", "/SIGN-OUT", "/health/../campaigns", "/health%2f..%2fcampaigns", "/healthy",
    ];

    private Relay Relay => console.Relay;

    [Fact]
    public async Task Without_a_session_whatever_is_asked_for_leads_to_sign_in()
    {
        string[] lines = [.. Pages.Concat(NoPages).Select(path => $"GET {path}"), .. Pages.Concat(Forms).Concat(NoPages).SelectMany(path => (string[])[$"POST {path}", $"PUT {path}", $"DELETE {path}"])];
        foreach (var line in lines)
        {
            var head = await ConsoleCaller.SendRawAsync(console.Address, line);
            // What is no address by HTTP's grammar, and a form of the sign-in's that is none, do not get as far.
            Assert.True((head.StartsWith("HTTP/1.1 400 ", StringComparison.Ordinal) && (NoPages.Contains(line.Split(' ', 2)[1]) || line.Contains("/sign-in", StringComparison.Ordinal)))
                || (head.StartsWith("HTTP/1.1 302 ", StringComparison.Ordinal) && head.Contains("\nLocation: /sign-in", StringComparison.Ordinal)), $"{line}\n{head}");
        }
        using var stranger = new ConsoleCaller(console.Address);
        Assert.Equal($"/sign-in?to=%2Flead%2F{Nobody}%3Fopen%3D1", (await stranger.GetAsync($"/lead/{Nobody}?open=1")).Location);
        Assert.Equal("/sign-in", (await stranger.PostFromAsync("/sign-in", $"/lead/{Nobody}/again", ("looked", "yes"))).Location);
        Assert.Contains("Your session has ended: nothing was done.", (await stranger.GetAsync("/sign-in")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Programs_are_answered_by_the_API_as_ever_and_people_who_follow_a_link_to_it_sign_in()
    {
        using var stranger = new ConsoleCaller(console.Address);
        foreach (var path in new[] { "/audit", $"/leads/{Nobody}/timeline", "/audit/export", "/audit/statistics", "/audit/apart" })
        {
            Assert.Equal($"/sign-in?to={Uri.EscapeDataString(path)}", (await stranger.GetAsync(path, "text/html,application/xhtml+xml,*/*;q=0.8")).Location);
            foreach (var accept in new[] { "*/*", "application/json" })
            {
                var refused = await stranger.GetAsync(path, accept);
                Assert.Equal((HttpStatusCode.Unauthorized, "application/problem+json", "Bearer"), (refused.Status, refused.Headers["Content-Type"], refused.Headers["WWW-Authenticate"]));
            }
            Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.GetAsync(path, "text/html", ("Authorization", "Bearer guessed"))).Status);
            Assert.NotEqual(HttpStatusCode.Unauthorized, (await stranger.GetAsync(path, "*/*", ("Authorization", $"Bearer {ConsoleRelay.Token}"))).Status);
        }
        Assert.Equal(HttpStatusCode.OK, (await stranger.GetAsync("/health/live")).Status);
        Assert.Equal(HttpStatusCode.OK, (await stranger.GetAsync("/health/ready", "*/*")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.PostJsonAsync("/audit/forget", """{"phone":"+4915123456789"}""")).Status);

        using var operators = await ConsoleCaller.SignedInAsync(console.Address);
        Assert.Equal(HttpStatusCode.OK, (await operators.GetAsync("/audit?limit=1")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await operators.GetAsync("/audit?limit=1&personal=true")).Status);
        // A session is for reading: what the API changes is ordered with a token in a header.
        Assert.Equal(HttpStatusCode.Unauthorized, (await operators.PostJsonAsync("/audit/forget", """{"phone":"+4915123456789"}""")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await operators.PostAsync("/audit/forget", ("phone", "+4915123456789"))).Status);
    }

    [Fact]
    public async Task A_wrong_token_begins_nothing()
    {
        using var stranger = new ConsoleCaller(console.Address);
        foreach (var token in new[] { "", " ", "guessed", "demo-partner-key", ConsoleRelay.Token[..^1], ConsoleRelay.Token.ToUpperInvariant(), $"Bearer {ConsoleRelay.Token}", new string('x', 10_000) })
        {
            var refused = await stranger.SignInAsync(token, to: "/campaigns");
            Assert.Equal((HttpStatusCode.Unauthorized, false), (refused.Status, refused.Headers.ContainsKey("Set-Cookie")));
            Assert.Contains("That is not the operator", refused.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("xxxxxxxx", refused.Text, StringComparison.Ordinal);
        }
        Assert.Equal("/sign-in", (await stranger.GetAsync("/")).Location);
        Assert.DoesNotContain("guessed", Relay.Process("AuditStore").Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_strangers_send_as_a_form_is_refused_and_no_error_of_ours()
    {
        using var stranger = new ConsoleCaller(console.Address);
        var field = await stranger.FieldOfAsync("/sign-in");
        var many = Enumerable.Range(0, 2_000).Select(i => ($"f{i}", "x")).ToArray();
        foreach (var (fields, expected) in new ((string, string)[], HttpStatusCode)[]
        {
            (many, HttpStatusCode.BadRequest), ([("token", new string('x', 1_000_000))], HttpStatusCode.BadRequest), ([("token", new string('x', 20_000))], HttpStatusCode.BadRequest),
            ([("token", new string('x', 12_000))], HttpStatusCode.Unauthorized), ([("token", "\0")], HttpStatusCode.BadRequest),
        })
            Assert.Equal((fields[0].Item2.Length, expected), (fields[0].Item2.Length, (await stranger.PostWithAsync(field, "/sign-in", fields)).Status));
        foreach (var type in new[] { "multipart/form-data; boundary=x", "multipart/form-data", "text/plain", "application/json", "application/x-www-form-urlencoded; charset=nonsense" })
            Assert.Equal((type, HttpStatusCode.BadRequest), (type, (await stranger.PostTextAsync("/sign-in", "--x\r\nbroken", type)).Status));
        using var odd = new ConsoleCaller(console.Address);
        odd.Cookies.Add(console.Address, new Cookie("leadrelay-forms", "garbage"));
        Assert.Equal(HttpStatusCode.OK, (await odd.GetAsync("/sign-in")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await odd.PostWithAsync(field, "/sign-in", ("token", "x"))).Status);

        Assert.DoesNotContain("Antiforgery", Relay.Process("AuditStore").Output, StringComparison.Ordinal);
        Assert.DoesNotContain("ExceptionHandlerMiddleware", Relay.Process("AuditStore").Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/campaigns?days=30", "/campaigns?days=30")]
    [InlineData("", "/")]
    [InlineData("campaigns", "/")]
    [InlineData("//evil.example", "/")]
    [InlineData("/\\evil.example", "/")]
    [InlineData("\\\\evil.example", "/")]
    [InlineData("https://evil.example/", "/")]
    [InlineData("javascript:alert(1)", "/")]
    [InlineData("/\t/evil.example", "/")]
    [InlineData("/campaigns\r\nSet-Cookie: a=b", "/")]
    [InlineData(" //evil.example", "/")]
    public async Task Whoever_signs_in_stays_here(string to, string expected)
    {
        using var operators = new ConsoleCaller(console.Address);
        var answer = await operators.SignInAsync(ConsoleRelay.Token, to);
        Assert.Equal((HttpStatusCode.SeeOther, expected), (answer.Status, answer.Location));
        Assert.Equal(HttpStatusCode.OK, (await operators.GetAsync(expected)).Status);
    }

    [Fact]
    public async Task No_script_and_no_other_site_gets_at_the_cookies_and_every_page_forbids_what_it_does_not_need()
    {
        using var operators = new ConsoleCaller(console.Address);
        var page = await operators.GetAsync("/sign-in");
        Assert.Matches("leadrelay-forms=.*; path=/; samesite=strict; httponly$", page.Headers["Set-Cookie"]);
        Assert.Matches("leadrelay=.*; path=/; samesite=lax; httponly$", (await operators.SignInAsync(ConsoleRelay.Token)).Headers["Set-Cookie"]);
        using var stranger = new ConsoleCaller(console.Address);
        ConsoleAnswer[] answers =
        [
            page, await operators.GetAsync("/"), await operators.GetAsync("/nothing"), await operators.GetAsync($"/lead/{Nobody}"), await operators.PostAsync("/held"), await stranger.GetAsync("/"),
        ];
        foreach (var answer in answers)
        {
            Assert.Equal(("nosniff", "no-referrer"), (answer.Headers["X-Content-Type-Options"], answer.Headers["Referrer-Policy"]));
            Assert.Contains("no-store", answer.Headers["Cache-Control"], StringComparison.Ordinal);
            var policy = answer.Headers["Content-Security-Policy"];
            Assert.All(["default-src 'none'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"], part => Assert.Contains(part, policy, StringComparison.Ordinal));
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("script-src", policy, StringComparison.Ordinal);
        }
        // A session ends where it began.
        Assert.Equal("/sign-in", (await operators.PostFromAsync("/campaigns", "/sign-out")).Location);
        Assert.Equal("/sign-in", (await operators.GetAsync("/")).Location);
    }

    [Fact]
    public async Task A_session_that_was_tampered_with_is_none_and_all_end_with_the_token_they_were_begun_with()
    {
        using var operators = await ConsoleCaller.SignedInAsync(console.Address);
        var cookie = operators.Cookies.GetCookies(console.Address)["leadrelay"]!.Value;
        foreach (var forged in new[] { cookie[..^8], cookie.Insert(40, "A"), $"{cookie[..60]}{(cookie[60] is 'A' ? 'B' : 'A')}{cookie[61..]}", "x" })
        {
            using var forger = new ConsoleCaller(console.Address);
            forger.Cookies.Add(console.Address, new Cookie("leadrelay", forged));
            Assert.Equal("/sign-in", (await forger.GetAsync("/")).Location);
        }
        using var copied = new ConsoleCaller(console.Address);
        copied.Cookies.Add(console.Address, new Cookie("leadrelay", cookie));
        Assert.Equal(HttpStatusCode.OK, (await copied.GetAsync("/campaigns")).Status);

        console.SetToken("another-token-of-the-operators");
        try
        {
            await Relay.Eventually("the session has ended", () => operators.GetAsync("/campaigns"), answer => answer.Location is "/sign-in?to=%2Fcampaigns");
            Assert.Equal(HttpStatusCode.Unauthorized, (await operators.SignInAsync(ConsoleRelay.Token)).Status);
            Assert.Equal(HttpStatusCode.SeeOther, (await operators.SignInAsync("another-token-of-the-operators")).Status);
        }
        finally
        {
            console.SetToken(ConsoleRelay.Token);
        }
        await Relay.Eventually("it is the old one again", () => copied.GetAsync("/campaigns"), answer => answer.Status is HttpStatusCode.OK);
        Assert.Equal("/sign-in?to=%2Fcampaigns", (await operators.GetAsync("/campaigns")).Location);
    }

    [Fact]
    public async Task A_form_that_is_not_of_this_session_and_a_link_do_nothing()
    {
        var doubt = await console.InDoubtAsync(new { phone = "+4915123450100", click_id = "forged-doubt" }, "status");
        var failed = await console.FailedAsync(new { phone = "+4915123450101", click_id = "forged-failed" });
        var delivery = (await Relay.TimelineAsync(failed.Lead)).Messages("PostbackFailed")[0].At("postback", "deliveryId")!;
        var at = (await Relay.TimelineAsync(doubt)).Messages("OrderInDoubt")[0].At("at")!;
        var calls = (await Relay.LedgerAsync()).At("crm_calls");
        (string Path, (string, string)[] Fields)[] forms =
        [
            ($"/lead/{doubt}/again", [("looked", "yes"), ("at", at)]), ($"/lead/{doubt}/exists", [("order", "999999"), ("at", at)]), ($"/postbacks/{delivery}/again", [("lead", failed.Lead)]),
            ("/postbacks/again", [("all", "yes"), ("target", $"http://{Relay.Sandbox.BaseAddress!.Authority}")]), ($"/jobs/{Nobody}/stop", []),
            ("/held", [("campaign", "demo"), ("status", "77"), ("label", "accepted")]), ($"/lead/{doubt}", []), ("/sign-out", []),
        ];

        using var stranger = new ConsoleCaller(console.Address);
        using var other = await ConsoleCaller.SignedInAsync(console.Address);
        using var operators = await ConsoleCaller.SignedInAsync(console.Address);
        string?[] fields = [null, "", "x", await stranger.FieldOfAsync("/sign-in"), await other.FieldOfAsync("/campaigns")];
        // The one of this very browser, from before it signed in.
        using var late = new ConsoleCaller(console.Address);
        var early = await late.FieldOfAsync("/sign-in");
        await late.SignInAsync(ConsoleRelay.Token);
        using var bare = new ConsoleCaller(console.Address);
        bare.Cookies.Add(console.Address, new Cookie("leadrelay", operators.Cookies.GetCookies(console.Address)["leadrelay"]!.Value));
        var right = await operators.FieldOfAsync("/campaigns");
        foreach (var (path, values) in forms)
        {
            foreach (var field in fields)
                Assert.Equal((path, HttpStatusCode.BadRequest), (path, (await operators.PostWithAsync(field, path, values)).Status));
            Assert.Equal((path, HttpStatusCode.BadRequest), (path, (await late.PostWithAsync(early, path, values)).Status));
            Assert.Equal((path, HttpStatusCode.BadRequest), (path, (await bare.PostWithAsync(right, path, values)).Status));
            var asLink = await operators.GetAsync($"{path}?{string.Join('&', values.Select(value => $"{value.Item1}={Uri.EscapeDataString(value.Item2)}"))}");
            Assert.Equal((path, path == "/held" || path == $"/lead/{doubt}" ? HttpStatusCode.OK : HttpStatusCode.NotFound), (path, asLink.Status));
        }
        Assert.Equal(HttpStatusCode.BadRequest, (await stranger.PostWithAsync(right, "/sign-in", ("token", ConsoleRelay.Token))).Status);
        Assert.Equal(HttpStatusCode.OK, (await operators.GetAsync("/campaigns")).Status);

        // Had something been done, it would be on record before this is.
        // Said again, by a second tab or a colleague's, it is done once.
        foreach (var caller in new[] { operators, operators, other })
            Assert.Equal(HttpStatusCode.SeeOther, (await caller.PostFromAsync($"/lead/{failed.Lead}", $"/postbacks/{delivery}/again", ("lead", failed.Lead))).Status);
        await Relay.Eventually("the true form does it", () => Relay.PostbacksAsync("forged-failed"), postbacks => postbacks.GetArrayLength() is 1);
        Assert.Single((await console.ToldAsync(failed.Lead, "PostbackResent")).Messages("PostbackResent"));
        Assert.Empty((await Relay.TimelineAsync(doubt)).Messages("ResolveInDoubt"));
        Assert.Contains(doubt, (await Relay.GetAsync(Relay.CrmWriter, "leads/in-doubt")).GetRawText(), StringComparison.Ordinal);
        Assert.Equal((calls, 0), ((await Relay.LedgerAsync()).At("crm_calls"), (await Relay.PostbacksAsync("forged-doubt")).GetArrayLength()));
    }

    [Fact]
    public async Task A_form_that_is_not_whole_does_nothing_and_says_so()
    {
        var doubt = await console.InDoubtAsync(new { phone = "+4915123450110", click_id = "half-doubt" }, "status");
        var ordered = await console.OrderedAsync(new { phone = "+4915123450111", click_id = "half-delivered" });
        var at = (await Relay.TimelineAsync(doubt)).Messages("OrderInDoubt")[0].At("at")!;
        var delivery = (await Relay.TimelineAsync(ordered.Lead)).Messages("PostbackDelivered")[0].At("postback", "deliveryId")!;
        using var operators = await ConsoleCaller.SignedInAsync(console.Address);
        (string Path, (string, string)[] Fields, string Page)[] forms =
        [
            ($"/lead/{doubt}/again", [("at", at)], $"/lead/{doubt}"), ($"/lead/{doubt}/again", [("looked", "yes")], $"/lead/{doubt}"), ($"/lead/{doubt}/exists", [("order", "7"), ("at", "yesterday, or so")], $"/lead/{doubt}"),
            ($"/postbacks/{delivery}/again", [("lead", ordered.Lead), ("delivered", "yes")], $"/lead/{ordered.Lead}"), ("/postbacks/again", [("all", "yes"), ("target", "")], "/"), ("/postbacks/again", [("target", "http://127.0.0.1:1")], "/"),
            ("/held", [("status", "77"), ("label", "accepted")], "/"),
        ];
        foreach (var (path, fields, page) in forms)
        {
            Assert.Equal((path, HttpStatusCode.SeeOther, page), (path, (await operators.PostFromAsync("/campaigns", path, fields)) is var answer ? answer.Status : default, answer.Location));
            Assert.Contains("Nothing was done", (await operators.GetAsync(page)).Text, StringComparison.Ordinal);
        }
        Assert.Empty((await Relay.TimelineAsync(doubt)).Messages("ResolveInDoubt"));
        Assert.Single((await Relay.PostbacksAsync("half-delivered")).Statuses());
        // Of the lead that is in doubt nothing is left over for the others.
        await operators.PostFromAsync("/campaigns", $"/lead/{doubt}/again", ("looked", "yes"), ("at", at));
        await console.ToldAsync(doubt, "OrderCreated");
    }

    [Fact]
    public async Task What_is_about_a_person_is_masked_and_shown_in_clear_only_with_permission_by_a_form_and_on_record()
    {
        var ordered = await console.OrderedAsync(new
        {
            phone = "0151 23450200", click_id = "personal", first_name = "Annegret", last_name = "Clearly", email = "annegret@example.com", address = "Hidden Street 7", comment = "call +49 151 99887766",
        });
        await console.SayAsync(ordered, "3", "She is at +49 151 99880011", "PostbackDelivered");
        var created = (await Relay.AuditAsync($"lead_id={ordered.Lead}&kind=OrderCreated")).GetProperty("entries")[0].At("message_id");
        string[] personal = ["23450200", "Annegret", "Clearly", "annegret@", "Hidden Street", "99887766", "99880011"];
        using var operators = await ConsoleCaller.SignedInAsync(console.Address);
        using var privileged = await ConsoleCaller.SignedInAsync(console.Address, Relay.PersonalDataToken);
        foreach (var reader in new[] { operators, privileged })
        {
            string[] pages =
            [
                $"/lead/{ordered.Lead}", $"/lead/{ordered.Lead}?open={created}", "/", "/campaigns",
                $"/audit?lead_id={ordered.Lead}", $"/leads/{ordered.Lead}/timeline", $"/audit/export?lead_id={ordered.Lead}",
            ];
            foreach (var path in pages)
            {
                var page = await reader.GetAsync(path);
                Assert.Equal((path, HttpStatusCode.OK), (path, page.Status));
                Assert.All(personal, text => Assert.DoesNotContain(text, page.Text, StringComparison.Ordinal));
            }
        }
        Assert.Equal($"/lead/{ordered.Lead}", (await operators.GetAsync("/find?q=%2B49%20(151)%202345-0200")).Location);

        Assert.DoesNotContain("Show personal data", (await operators.GetAsync($"/lead/{ordered.Lead}")).Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await operators.PostFromAsync("/", $"/lead/{ordered.Lead}")).Status);
        Assert.DoesNotContain((await Relay.TimelineAsync(ordered.Lead)).Messages("AuditRead"), read => read.At("personal") is "true");
        var clear = await privileged.PostFromAsync($"/lead/{ordered.Lead}", $"/lead/{ordered.Lead}");
        Assert.Equal(HttpStatusCode.OK, clear.Status);
        Assert.All(personal, text => Assert.Contains(text, clear.Text, StringComparison.Ordinal));
        var timeline = await Relay.Eventually("it is on record", () => Relay.TimelineAsync(ordered.Lead), t => t.Messages("AuditRead").Any(read => read.At("personal") is "true"));
        var read = Assert.Single(timeline.Messages("AuditRead"), read => read.At("personal") is "true");
        Assert.Equal(("operator", "timeline"), (read.At("reader"), read.At("what")));
    }
}
