using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace LeadRelay.Tests.EndToEnd;

/// <summary>What operators come to the console for: in a browser, without scripts.</summary>
[Collection(nameof(ConsoleRelay))]
public sealed class ConsoleWork(ConsoleRelay console)
{
    private Relay Relay => console.Relay;

    [Fact]
    public async Task An_operator_finds_a_lead_reads_what_happened_to_it_and_signs_out()
    {
        var ordered = await console.OrderedAsync(new { phone = "0151 23450001", click_id = "work-read", first_name = "Anna" });
        await console.SayAsync(ordered, "3", "Wants the standard package", "OrderStatusChanged");
        await console.ToldAsync(ordered.Lead, "PostbackDelivered", 2);

        await Browser.VisitAsync(console.Address, async window =>
        {
            var page = window.Page;
            await window.SignInAsync($"/lead/{ordered.Lead}");
            Assert.EndsWith($"/lead/{ordered.Lead}", page.Url, StringComparison.Ordinal);

            await page.GotoAsync("/");
            await page.GetByRole(AriaRole.Searchbox).FillAsync(" +49 (151) 234-500 01");
            await page.Keyboard.PressAsync("Enter");
            await Expect(page).ToHaveURLAsync(new Regex($"/lead/{ordered.Lead}$"));

            await window.ComesToSeeAsync(Relay, "ordered, accepted (approve)");
            string[] story =
            [
                "submitted the lead to demo", $"it made order {ordered.Order} in ", "A postback is due", "SalesRender reports status 3",
                "A postback is due: accepted (approve), 12.50 EUR", "the tracker answered 200", "The tracker has it, after 1 attempt",
            ];
            var told = await page.Locator(".story > li > p").AllInnerTextsAsync();
            Assert.Equal(story, story.Where((sentence, _) => told.Any(line => line.Contains(sentence, StringComparison.Ordinal))));
            var places = new[] { story[0], story[1], story[3], story[4] }.Select(sentence => told.ToList().FindIndex(line => line.Contains(sentence, StringComparison.Ordinal))).ToList();
            Assert.Equal(places.Order(), places);
            await window.SeesAsync("Wants the standard package");
            await Expect(page.Locator(".story dd", new() { HasText = "status=sale" }).First).ToContainTextAsync($"subid=work-read&status=sale&tid={ordered.Order}&payout=12.50");

            await page.GetByRole(AriaRole.Link, new() { Name = "OrderCreated", Exact = true }).ClickAsync();
            await Expect(page.Locator("pre")).ToContainTextAsync("addOrder");
            await Expect(page.Locator(".story > li:target pre")).ToHaveCountAsync(1);
            await page.GetByRole(AriaRole.Link, new() { Name = "fold OrderCreated" }).ClickAsync();
            await Expect(page.Locator("pre")).ToHaveCountAsync(0);

            await window.ClickAsync("Sign out");
            await Expect(page).ToHaveURLAsync(new Regex("/sign-in$"));
            foreach (var path in new[] { "/", "/campaigns", $"/lead/{ordered.Lead}" })
            {
                await page.GotoAsync(path);
                Assert.Contains("/sign-in", page.Url, StringComparison.Ordinal);
            }
        });
    }

    [Fact]
    public async Task A_click_id_that_looks_like_a_leads_id_is_found_and_a_postbacks_id_too()
    {
        var click = "0192a7c4-5d1e-7c3a-9b1f-3f2a6d0e8c55";
        var (lead, _) = await console.OrderedAsync(new { phone = "0151 23450040", click_id = click });
        var delivery = (await Relay.TimelineAsync(lead)).Messages("PostbackDelivered")[0].At("postback", "deliveryId")!;
        using var operators = await ConsoleCaller.SignedInAsync(console.Address);

        foreach (var text in new[] { click, delivery, lead, lead.Replace("-", "", StringComparison.Ordinal) })
            Assert.Equal((text, $"/lead/{lead}"), (text, (await operators.GetAsync($"/find?q={text}")).Location));
        Assert.Contains("Asked for a postback with it", (await operators.GetAsync("/find?q=0192a7c4-5d1e-7c3a-9b1f-3f2a6d0e8c56")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_operator_decides_about_leads_in_doubt_and_one_order_comes_of_each()
    {
        var orders = await OrdersAsync();
        var made = await console.InDoubtAsync(new { phone = "0151 23450010", click_id = "work-made" }, "cut");
        var lost = await console.InDoubtAsync(new { phone = "0151 23450011", click_id = "work-lost" }, "status");
        var order = (await Relay.GetAsync(Relay.Sandbox, "orders")).EnumerateArray().Single(each => each.At("click_id") is "work-made").At("id")!;

        await Browser.VisitAsync(console.Address, async window =>
        {
            var page = window.Page;
            await window.SignInAsync();
            await page.GetByRole(AriaRole.Link, new() { Name = made, Exact = true }).ClickAsync();
            await window.ComesToSeeAsync(Relay, "In doubt: what does SalesRender have?");
            // The browser itself does not send it.
            await window.ClickAsync("It exists");
            Assert.True(await page.EvaluateAsync<bool>("document.querySelector(':invalid') !== null"));
            await page.GetByLabel("The order's id").FillAsync(order);
            await window.ClickAsync("It exists");
            await window.SeesAsync("The order is recorded as this lead's.");
            await window.ComesToSeeAsync(Relay, $"an operator says that it is order {order}");
            await window.ComesToSeeAsync(Relay, "ordered, wait (wait)");
            await Expect(page.GetByRole(AriaRole.Button, new() { Name = "It exists" })).ToHaveCountAsync(0);

            await page.GotoAsync($"/lead/{lost}");
            await window.ComesToSeeAsync(Relay, "In doubt: what does SalesRender have?");
            await window.ClickAsync("Send the lead again");
            await Expect(page).ToHaveURLAsync(new Regex($"/lead/{lost}$"));
            await window.SeesAsync("In doubt: what does SalesRender have?");
            await page.GetByLabel("I have looked: there is no such order").CheckAsync();
            await window.ClickAsync("Send the lead again");
            await window.SeesAsync("The lead is sent again within seconds");
            await window.ComesToSeeAsync(Relay, "Asked SalesRender to make the order: it made order ");
            await window.SeesAsync("An operator says that SalesRender has no order");
            await page.GotoAsync("/");
            await Expect(page.GetByRole(AriaRole.Link, new() { Name = lost })).ToHaveCountAsync(0);
        });

        foreach (var click in new[] { "work-made", "work-lost" })
            await Relay.Eventually("its postback went out", () => Relay.PostbacksAsync(click), postbacks => postbacks.Statuses().SequenceEqual(["lead"]));
        Assert.Equal(orders + 2, await OrdersAsync());
    }

    [Fact]
    public async Task An_operator_releases_what_is_held_by_a_line_in_the_file_or_by_the_button()
    {
        var (first, second) = (await console.OrderedAsync(new { phone = "0151 23450020", click_id = "work-file" }), await console.OrderedAsync(new { phone = "0151 23450021", click_id = "work-button" }));
        await console.SayAsync(first, "77", "Paid in advance", "PostbackHeld");
        await console.SayAsync(second, "78", "Has no money", "PostbackHeld");

        await Browser.VisitAsync(console.Address, async window =>
        {
            var page = window.Page;
            await window.SignInAsync();
            await OpenAsync(page, "demo, status 77");
            await window.SeesAsync("Paid in advance");
            await page.GetByLabel("Label").FillAsync("paid");
            await window.ClickAsync("Show what to do");
            await window.SeesAsync("paid is no label whose meaning is known: choose the event, too.");
            await page.GetByLabel("Event").SelectOptionAsync("approve");
            await window.ClickAsync("Show what to do");
            var line = await page.Locator("pre").InnerTextAsync();
            Samples.Edit(Path.Combine(Relay.ConfigFolder, "campaigns", "demo.json"), text => text.Replace("\"1\": \"wait\",", $"\"1\": \"wait\",\n    {line.TrimEnd(',')},", StringComparison.Ordinal));
            await window.ComesToSeeAsync(Relay, "has an entry for it");
            await Relay.Eventually("the tracker is told", () => Relay.PostbacksAsync("work-file"), postbacks => postbacks.Statuses().SequenceEqual(["lead", "sale"]));
            await window.ComesToSeeAsync(Relay, "Nothing is held for it (any more).");

            await page.GotoAsync("/");
            await OpenAsync(page, "demo, status 78");
            // The event of one label is never taken over to the next.
            await page.GetByLabel("Label").FillAsync("accepted");
            await window.ClickAsync("Show what to do");
            await window.SeesAsync("\"78\": \"accepted\"");
            await page.GetByLabel("Label").FillAsync("rejected");
            await window.ClickAsync("Show what to do");
            await window.SeesAsync("\"78\": \"rejected\"");
            await window.ClickAsync("Release as rejected");
            await window.SeesAsync("What is held of status 78 is decided about as rejected now.");
            await Relay.Eventually("the tracker is told", () => Relay.PostbacksAsync("work-button"), postbacks => postbacks.Statuses().SequenceEqual(["lead", "rejected"]));
            await page.GotoAsync($"/lead/{second.Lead}");
            await window.ComesToSeeAsync(Relay, "as an operator released the status that was held");
        });

        static async Task OpenAsync(IPage page, string row)
        {
            await page.Locator("li", new() { HasText = row }).GetByRole(AriaRole.Link, new() { Name = "Release" }).ClickAsync();
            await Expect(page).ToHaveURLAsync(new Regex("/held"));
        }
    }

    [Fact]
    public async Task An_operator_sends_a_failed_postback_again_and_takes_an_export_home()
    {
        var failed = await console.FailedAsync(new { phone = "0151 23450030", click_id = "work-failed" });

        await Browser.VisitAsync(console.Address, async window =>
        {
            var page = window.Page;
            await window.SignInAsync();
            var row = page.Locator("section", new() { HasText = "Failed postbacks" }).Locator("li", new() { HasText = $"order {failed.Order}" });
            await row.GetByRole(AriaRole.Button, new() { Name = "Send again" }).ClickAsync();
            await window.SeesAsync("The postback is sent again now.");
            await Relay.Eventually("the tracker has it", () => Relay.PostbacksAsync("work-failed"), postbacks => postbacks.Statuses().SequenceEqual(["lead"]));
            await page.GotoAsync($"/lead/{failed.Lead}");
            await window.ComesToSeeAsync(Relay, "An operator has a postback sent again");
            // What has arrived is sent again by nobody in passing.
            await window.ComesToSeeAsync(Relay, "The tracker has it, after 1 attempt.");
            await page.GetByRole(AriaRole.Button, new() { Name = "Send again" }).ClickAsync();
            Assert.True(await page.EvaluateAsync<bool>("document.querySelector(':invalid') !== null"));
            Assert.Single((await Relay.PostbacksAsync("work-failed")).Statuses());
            await page.GotoAsync("/");
            await Expect(row).ToHaveCountAsync(0);

            // After an outage, all of a tracker's at once.
            foreach (var click in new[] { "work-all-1", "work-all-2" })
                await console.FailedAsync(new { phone = $"0151 2345003{click[^1]}", click_id = click });
            await page.GotoAsync("/");
            var all = page.Locator("form", new() { HasText = $"Send all of http://{Relay.Sandbox.BaseAddress!.Authority} again" });
            await all.GetByRole(AriaRole.Checkbox).CheckAsync();
            await all.GetByRole(AriaRole.Button).ClickAsync();
            await window.SeesAsync($"What failed at http://{Relay.Sandbox.BaseAddress!.Authority} is sent again.");
            foreach (var click in new[] { "work-all-1", "work-all-2" })
                await Relay.Eventually("the tracker has it", () => Relay.PostbacksAsync(click), postbacks => postbacks.Statuses().SequenceEqual(["lead"]));

            await page.GetByRole(AriaRole.Link, new() { Name = "Campaigns" }).ClickAsync();
            await page.GetByLabel("Campaign", new() { Exact = true }).SelectOptionAsync("demo");
            var file = await page.RunAndWaitForDownloadAsync(() => window.ClickAsync("Export"));
            var lines = await File.ReadAllLinesAsync((await file.PathAsync())!);
            Assert.EndsWith(".csv", file.SuggestedFilename, StringComparison.Ordinal);
            Assert.Contains("kind", lines[0].Split(','));
            Assert.Contains(lines, line => line.Contains(failed.Lead, StringComparison.Ordinal) && line.Contains("PostbackFailed", StringComparison.Ordinal));
            Assert.DoesNotContain(lines, line => line.Contains("23450030", StringComparison.Ordinal));
        });
    }

    private async Task<int> OrdersAsync() => (await Relay.GetAsync(Relay.Sandbox, "orders")).GetArrayLength();
}
