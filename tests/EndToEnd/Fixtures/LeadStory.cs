using LeadRelay.Contracts;

namespace LeadRelay.Tests.EndToEnd;

/// <summary>A message and the id it travels under.</summary>
public sealed record SentMessage(Guid Id, IAudited Message);

/// <summary>
/// What one lead has the services say, with texts and sizes (1 to 5 KB) as they are in the field: its submission, SalesRender's
/// answer, webhooks that name the order alone, postbacks and their attempts. One in twenty is refused at the door, one by
/// SalesRender, and one shares the order of the lead before it.
/// </summary>
public static class LeadStory
{
    private const string Connection = "sandbox";
    private const string Target = "https://tracker.example";

    private static readonly (string Status, string Label, StatusEvent Event, string Comment)[] Changes =
    [
        ("2", "hold", StatusEvent.Hold, "Nobody picked up, call again tomorrow after 18:00"),
        ("3", "accepted", StatusEvent.Approve, "Wants the standard package, delivery on Friday"),
        ("4", "rejected", StatusEvent.Cancel, "Too expensive, does not want to be called again"),
    ];

    /// <param name="number">From 1; decides what becomes of the lead, its order id, its phone and its click id.</param>
    /// <param name="at">When it was submitted; whole milliseconds.</param>
    public static IReadOnlyList<SentMessage> Of(int number, DateTimeOffset at, string campaign = "demo", string partner = "demo-partner")
    {
        var about = new Subject(Id(number), null, null, campaign, partner, Click(number));
        var submitted = Submission(number, about, at);
        if (number % 20 is 1)
            return [Sent(new LeadRefused(about with { LeadId = null }, 422, "invalid_phone", "phone is no phone number.", "phone", submitted.Raw, at, Phone(number)))];

        var answered = at.AddMilliseconds(300);
        List<SentMessage> story = [Sent(submitted)];
        var (refused, shares) = (number % 20 is 2, number % 20 is 4);
        var order = about with { Connection = Connection, OrderId = Order(shares ? number - 1 : number) };
        story.Add(Sent(refused ? new OrderRefused(about with { Connection = Connection }, submitted, "crm_refused", "SalesRender refused the lead.", Exchange(number, at, isOrder: false), answered)
            : shares ? new LeadDuplicated(order, submitted, Id(number - 1), answered)
            : new OrderCreated(order, submitted, Exchange(number, at, isOrder: true), answered)));
        if (refused || shares)
            return story;

        story.AddRange(Postbacks(order, null, "lead", StatusEvent.Wait, null, answered));
        for (var i = 0; i <= number % 2; i++)
        {
            var (status, label, statusEvent, comment) = Changes[(number + i) % Changes.Length];
            var webhook = Webhook(order, status, comment, at.AddMinutes(10 * (i + 1)));
            story.Add(Sent(webhook));
            story.AddRange(Postbacks(order, webhook, label, statusEvent, comment, webhook.At));
        }
        return story;
    }

    /// <summary>
    /// A lead with much to tell, 200 messages: its order's status changes eighteen times, and the tracker takes each only at the eighth
    /// attempt. What is sent and what comes back has some 150 characters.
    /// </summary>
    public static IReadOnlyList<SentMessage> Troubled(int number, DateTimeOffset at, string campaign = "demo", string partner = "demo-partner")
    {
        var about = new Subject(Id(number), null, null, campaign, partner, Click(number));
        var order = about with { Connection = Connection, OrderId = Order(number) };
        var submitted = Submission(number, about, at);
        List<SentMessage> story = [Sent(submitted), Sent(new OrderCreated(order, submitted, Exchange(number, at, isOrder: true), at.AddMilliseconds(300)))];
        for (var i = 0; i < 18; i++)
        {
            var (status, label, statusEvent, comment) = Changes[i % Changes.Length];
            var webhook = Webhook(order, status, comment, at.AddHours(i + 1));
            story.Add(Sent(webhook));
            story.AddRange(Postbacks(order, webhook, label, statusEvent, comment, webhook.At, attempts: 8));
        }
        return story;
    }

    /// <summary>The lead's.</summary>
    public static Guid Id(int number) => StableId.Of($"{number}", nameof(LeadStory), 0);

    /// <summary>SalesRender's order id.</summary>
    public static string Order(int number) => $"{1_000_000 + number}";

    /// <summary>E.164.</summary>
    public static string Phone(int number) => $"+4915{number:D9}";

    /// <summary>As trackers make them: nothing is next to the one before.</summary>
    public static string Click(int number) => $"{(ulong)number * 0x9E3779B97F4A7C15:x16}";

    private static SentMessage Sent(IAudited message) => new(Guid.CreateVersion7(message.At), message);

    private static LeadSubmitted Submission(int number, Subject about, DateTimeOffset at)
    {
        var fields = new Dictionary<string, string>
        {
            ["phone"] = Phone(number), ["phone_raw"] = $"0{Phone(number)[3..]}", ["country"] = "DE", ["first_name"] = "Anna", ["last_name"] = $"Muster-{number}",
            ["email"] = $"anna.{number}@example.com", ["click_id"] = about.ClickId!, ["sub1"] = "fb", ["sub2"] = $"adset-{number % 97}", ["utm_source"] = "facebook", ["utm_campaign"] = $"summer-{number % 13}",
            ["ip"] = "203.0.113.7", ["user_agent"] = "Mozilla/5.0 (Linux; Android 14; SM-A546B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Mobile Safari/537.36",
            ["landing"] = $"https://landing.example/summer/{number % 13}?fbclid={about.ClickId}", ["referrer"] = "https://m.facebook.com/",
        };
        if (number % 5 is 0)
            fields["comment"] = "Please call in the evening, the door bell is broken";
        var body = $$"""{"first_name":"Anna","last_name":"Muster-{{number}}","phone":"0{{Phone(number)[3..]}}","email":"anna.{{number}}@example.com","click_id":"{{about.ClickId}}","sub1":"fb","sub2":"adset-{{number % 97}}"}""";
        return new LeadSubmitted(about, new Lead(fields, new Dictionary<string, string>()), $"{number:x64}", new RawPayload("POST", "application/json", body), [], at);
    }

    private static CrmExchange Exchange(int number, DateTimeOffset at, bool isOrder) => new(
        "https://backend.example/companies/1/CRM",
        """
        mutation AddOrder($input: AddOrderInput!) {
          orderMutation { addOrder(input: $input) { id, status { id, name, group }, cart { total }, createdAt } }
        }
        """,
        System.Text.Json.JsonSerializer.SerializeToElement(new
        {
            input = new
            {
                projectId = 1, statusId = 1, externalId = $"{number}",
                orderData = new { humanNameFields = new[] { new { field = "name", value = new { firstName = "Anna", lastName = $"Muster-{number}" } } }, phoneFields = new[] { new { field = "phone", value = Phone(number) } } },
            },
        }),
        200, isOrder ? $$$"""{"data":{"orderMutation":{"addOrder":{"id":"{{{Order(number)}}}","status":{"id":"1","name":"New","group":"PROCESSING"} } } } }""" : """{"errors":[{"message":"Validation failed"}]}""",
        null, at, 212);

    private static OrderStatusChanged Webhook(Subject order, string status, string comment, DateTimeOffset at) => new(
        new Subject(null, Connection, order.OrderId), status, null, comment, new Reward(12.50m, "EUR"), at, "7", "11", [],
        new RawPayload("POST", "application/json", $$$"""
            {"id":"{{{order.OrderId}}}","status":{"id":"{{{status}}}","name":"{{{status}}}","group":"PROCESSING"},"statusChangedAt":"{{{at:O}}}","comment":"{{{comment}}}","reward":{"amount":1250,"currency":"EUR"},
            "project":{"id":"1","name":"Summer"},"offer":{"id":"11"},"webmaster":{"id":"7"},"cart":{"items":[{"sku":{"item":{"id":"5","name":"Standard package"},"variation":{"number":1}},"quantity":1,"pricing":{"unitPrice":4990}}],"total":4990},
            "data":{"humanNameFields":[{"field":{"name":"name"},"value":{"firstName":"Anna","lastName":"Muster"}}],"stringFields":[{"field":{"name":"click_id"},"value":"{{{order.ClickId}}}"}],"string_1":"{{{order.ClickId}}}"} }
            """), at, "door-1");

    private static IEnumerable<SentMessage> Postbacks(Subject order, OrderStatusChanged? cause, string label, StatusEvent statusEvent, string? comment, DateTimeOffset at, int attempts = 1)
    {
        var postback = new Postback(Guid.CreateVersion7(at), Guid.CreateVersion7(at), Target, statusEvent, label, at.ToUnixTimeMilliseconds(), statusEvent is StatusEvent.Approve ? 12.50m : 0, "EUR", comment, at);
        var url = $"{Target}/postback?clickid={order.ClickId}&status={label}&payout={postback.Payout}&txid={order.OrderId}&key=***";
        yield return Sent(new PostbackDue(order, postback, cause, cause?.StatusId, at.AddMilliseconds(20)));
        for (var attempt = 1; attempt < attempts; attempt++)
            yield return Sent(Attempted(attempt, $"{url}&source=relay&currency=EUR&event={statusEvent}", 503, "<html><head><title>503 Service Temporarily Unavailable</title></head><body><center><h1>503 Service Temporarily Unavailable</h1></center><hr></body></html>"));
        yield return Sent(Attempted(attempts, url, 200, "OK"));
        yield return Sent(new PostbackDelivered(order, postback, attempts, at.AddMinutes(attempts - 1).AddMilliseconds(120)));

        PostbackAttempted Attempted(int attempt, string sent, int status, string answer)
        {
            var (begun, isLast) = (at.AddMinutes(attempt - 1).AddMilliseconds(30), attempt == attempts);
            return new PostbackAttempted(order, postback, cause, attempt, sent, status, answer, isLast ? null : "503", isLast ? null : begun.AddMinutes(1), begun, 84, new SentRequest("GET", sent, new Dictionary<string, string>(), null, null));
        }
    }
}
