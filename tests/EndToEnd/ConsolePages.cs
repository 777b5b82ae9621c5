using Microsoft.Playwright;

namespace LeadRelay.Tests.EndToEnd;

/// <summary>How the console's pages are made: for eyes, for a keyboard, for whoever has them read to him, and against what strangers write.</summary>
[Collection(nameof(ConsoleRelay))]
public sealed class ConsolePages(ConsoleRelay console)
{
    private Relay Relay => console.Relay;

    [Fact]
    public async Task Every_page_fits_a_desktop_and_a_telephone_by_day_and_by_night_and_can_be_read_to_somebody()
    {
        var ordered = await console.OrderedAsync(new
        {
            phone = "0151 23450300", click_id = "look", first_name = "Anna", last_name = "Muster", email = "anna@example.com", comment = "Please call in the evening, the door bell is broken",
        });
        await console.SayAsync(ordered, "2", "Nobody picked up, call again tomorrow after 18:00", "PostbackDelivered");
        await console.SayAsync(ordered, "3", "Wants the standard package, delivery on Friday", "PostbackDelivered");
        await console.OrderedAsync(new { phone = "0151 23450300", click_id = "look" });
        var failed = await console.FailedAsync(new { phone = "0151 23450301", click_id = "look-failed" });
        await console.SayAsync(failed, "79", "The customer moved to Österreich, ask the advertiser what that means for the offer", "PostbackHeld");
        var doubt = await console.InDoubtAsync(new { phone = "0151 23450302", click_id = "look-doubt" }, "status");
        await Task.WhenAll(Enumerable.Range(0, 12).Select(i => console.OrderedAsync(new { phone = $"0151 234504{i:00}", click_id = $"gone-{i}" }, "nobody-there", "PostbackAttempted")));
        await Relay.SendAsync(Relay.PostbackDispatcher, HttpMethod.Post, "postbacks/resends", new { campaign = "demo", state = "delivered", dry_run = true });
        await Relay.Eventually("a tracker is left alone", () => Relay.GetAsync(Relay.PostbackDispatcher, "pauses"), found => found.GetProperty("pauses").GetArrayLength() is 1);
        await Relay.Eventually("the lead shows as in doubt", () => Relay.AskAsPartnerAsync($"leads/{doubt}"), answer => answer.Body.At("state") is "in_doubt");
        var created = (await Relay.AuditAsync($"lead_id={ordered.Lead}&kind=OrderCreated")).GetProperty("entries")[0].At("message_id");

        (string Name, string Path)[] pages =
        [
            ("needs-a-hand", "/"), ("found", "/find?q=look"), ("found-nothing", "/find?q=0151%20999"), ("lead", $"/lead/{ordered.Lead}"), ("lead-raw", $"/lead/{ordered.Lead}?open={created}#open"),
            ("in-doubt", $"/lead/{doubt}"), ("held", "/held?campaign=demo&status=79&label=moved&event=hold"), ("campaigns", "/campaigns"), ("not-found", "/nothing"),
        ];
        foreach (var dark in new[] { false, true })
        {
            await Browser.VisitAsync(console.Address, async window =>
            {
                window.Expect("status of 404");
                await window.LookAtAsync("/");
                await window.ScreenshotAsync("sign-in");
                await window.SignInAsync();
                foreach (var (name, path) in pages)
                {
                    await window.LookAtAsync(path);
                    await window.ScreenshotAsync(name);
                }
            }, dark: dark);
        }
    }

    [Fact]
    public async Task Everything_can_be_reached_and_done_with_the_keyboard()
    {
        var doubt = await console.InDoubtAsync(new { phone = "0151 23450310", click_id = "keys" }, "status");

        await Browser.VisitAsync(console.Address, async window =>
        {
            var keys = window.Page.Keyboard;
            await window.Page.GotoAsync("/sign-in");
            await Assertions.Expect(window.Page.GetByLabel("Token")).ToBeFocusedAsync();
            await keys.TypeAsync(ConsoleRelay.Token);
            await keys.PressAsync("Enter");
            await window.SeesAsync("Needs a hand");
            foreach (var path in new[] { "/", "/campaigns", $"/lead/{doubt}", "/held?campaign=demo&status=80&label=accepted", "/find?q=keys" })
            {
                await window.Page.GotoAsync(path);
                Assert.Contains("Skip to the content", (await window.TabThroughAsync())[0], StringComparison.Ordinal);
            }
            await window.Page.GotoAsync("/");
            await keys.PressAsync("Tab");
            await keys.PressAsync("Enter");
            await keys.PressAsync("Tab");
            Assert.Equal("#in-doubt", await window.Page.EvaluateAsync<string>("document.activeElement.getAttribute('href')"));

            await window.Page.GotoAsync($"/lead/{doubt}");
            await TabToAsync("[name=looked]");
            await keys.PressAsync("Space");
            await TabToAsync("button.danger");
            await keys.PressAsync("Enter");
            await window.SeesAsync("The lead is sent again within seconds");

            async Task TabToAsync(string selector)
            {
                for (var tabs = 0; !await window.Page.EvaluateAsync<bool>($"document.activeElement.matches('{selector}')"); tabs++)
                {
                    Assert.InRange(tabs, 0, 50);
                    await keys.PressAsync("Tab");
                }
            }
        });
    }

    [Fact]
    public async Task What_strangers_write_is_shown_as_text_and_does_nothing()
    {
        string[] hostile =
        [
            "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'><svg/onload=alert(1)>", "</pre></p></main></body><h1>Sign in again</h1>", "javascript:alert(1)",
            "<!--", "]]>", "{{7*7}}", "@(1+1)", "&lt;b&gt;",
            "\u202Egnp.exe\u2066\u200B", new string('W', 10_000), new string('\u202E', 300),
        ];
        var leads = await Task.WhenAll(hostile.Select(async text =>
        {
            var some = Start(text, 1_000);
            var lead = new { phone = "0151 23450320", first_name = some, last_name = some, comment = text, click_id = some, sub1 = some, address = some, utm_source = some };
            var ordered = await console.OrderedAsync(lead, until: "OrderCreated");
            await console.SayAsync(ordered, "3", text, "OrderStatusChanged");
            return ordered;
        }));
        await console.SayAsync(leads[0], "\"><img src=x onerror=alert(1)>", "<script>alert(1)</script>", "PostbackHeld");

        await Browser.VisitAsync(console.Address, async window =>
        {
            await window.SignInAsync(token: Relay.PersonalDataToken);
            foreach (var (lead, _) in leads)
            {
                await window.Page.GotoAsync($"/lead/{lead}");
                await window.ClickAsync("Show personal data (on record)");
                await window.CheckAsync();
            }
            Assert.Contains(hostile[^3].Trim('\u202E', '\u200B')[..7], await window.LookAtAsync($"/lead/{leads[^3].Lead}"), StringComparison.Ordinal);
            var submitted = (await Relay.AuditAsync($"lead_id={leads[0].Lead}&kind=LeadSubmitted")).GetProperty("entries")[0].At("message_id");
            Assert.Contains("<script>alert(1)</script>", await window.LookAtAsync($"/lead/{leads[0].Lead}?open={submitted}"), StringComparison.Ordinal);
            foreach (var text in hostile)
                await window.LookAtAsync($"/find?q={Uri.EscapeDataString(Start(text, 500))}");
            await window.LookAtAsync($"/held?campaign=demo&status={Uri.EscapeDataString(hostile[1])}&label={Uri.EscapeDataString(hostile[0])}&event=hold");
            await window.LookAtAsync("/");
            await window.LookAtAsync("/find?q=0151%2023450320");
            await window.LookAtAsync("/find?q=%2B4915123450320");
            await window.ScreenshotAsync("hostile-found");
        }, scripts: true, width: 390);
    }

    private static string Start(string text, int most) => text[..Math.Min(text.Length, most)];
}
