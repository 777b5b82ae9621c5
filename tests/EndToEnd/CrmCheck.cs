namespace LeadRelay.Tests.EndToEnd;

/// <summary><c>relayctl crm</c> against the Sandbox.</summary>
public sealed class CrmCheck
{
    [Fact]
    public async Task The_samples_have_no_faults_and_each_fault_of_others_is_named()
    {
        await using var relay = await Relay.StartAsync();
        var good = await Relayctl.DoAsync(relay, "crm", "check", "sandbox");
        Assert.All(
            ["AddOrderInput.orderData.stringFields[].value", "UpdateOrderInput.statusId", "status_map.3: 3 (Accepted, APPROVED) -> accepted", "field_mapping.click_id", "6 (Shipped, SHIPPED)", "No faults"],
            part => Assert.Contains(part, good, StringComparison.Ordinal));

        Samples.Campaign(relay.ConfigFolder, "wrong",
            ("\"initial_status_id\": \"1\"", "\"initial_status_id\": \"71\""),
            ("\"3\": \"accepted\"", "\"3\": \"accepted\", \"7\": \"hold\", \"99\": \"trash\""),
            ("stringFields.sub1", "stringFields.sub_one"),
            ("stringFields.comment", "emailFields.comment"));
        var (output, errors) = await Relayctl.RunAsync(relay, 1, "crm", "check", "sandbox");
        Assert.Equal(
            [
                "initial_status_id: The company has no status 71.",
                "status_map.7: The status 7 (No answer, PROCESSING) is archived, so no order can be put into it.",
                "status_map.99: The company has no status 99.",
                "field_mapping.sub1: The company has no field sub_one.",
                "field_mapping.comment: The company's field comment is of type StringOrderField, so it cannot stand in emailFields.",
            ],
            output.Split('\n').Where(line => line.Contains("FAULT", StringComparison.Ordinal)).Select(line => line[9..(line.IndexOf(". ", StringComparison.Ordinal) + 1)]));
        Assert.Contains("5 fault(s)", errors, StringComparison.Ordinal);
        Assert.Contains("There is no connection nowhere", (await Relayctl.RunAsync(relay, 1, "crm", "check", "nowhere")).Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_proposed_status_map_can_be_pasted_and_leaves_out_what_is_archived_or_to_be_decided()
    {
        await using var relay = await Relay.StartAsync();
        var map = await Relayctl.DoAsync(relay, "crm", "statuses", "sandbox");
        Assert.Contains("archived: 7 (No answer, PROCESSING)", map, StringComparison.Ordinal);

        Samples.Campaign(relay.ConfigFolder, "pasted", (Samples.StatusMapOf(relay.ConfigFolder), map));
        var summary = await Relayctl.DoAsync(relay, "config", "check", "--profile", "embedded");
        Assert.Contains("5 statuses mapped", summary.Split('\n').Single(line => line.StartsWith("campaign pasted:", StringComparison.Ordinal)), StringComparison.Ordinal);
        await Relayctl.DoAsync(relay, "crm", "check", "sandbox");
    }

    [Fact]
    public async Task A_refused_token_and_an_address_where_nobody_is_are_sentences()
    {
        await using var relay = await Relay.StartAsync();
        await File.WriteAllTextAsync(Path.Combine(relay.ConfigFolder, "secrets", "sandbox-token"), "revoked");
        var (output, errors) = await Relayctl.RunAsync(relay, 1, "crm", "check", "sandbox");
        Assert.Contains("statuses: Not checked. SalesRender refuses the token that file:secrets/sandbox-token has (HTTP 401)", output, StringComparison.Ordinal);
        Assert.Contains("ok     AddOrderInput.statusId", output, StringComparison.Ordinal);
        Assert.DoesNotContain("revoked", output + errors, StringComparison.Ordinal);

        Samples.Edit(Path.Combine(relay.ConfigFolder, "connections", "sandbox.json"), text => text.Replace(relay.Address("Sandbox").AbsoluteUri.TrimEnd('/'), $"http://127.0.0.1:{TestRun.FreePort()}", StringComparison.Ordinal));
        (output, errors) = await Relayctl.RunAsync(relay, 1, "crm", "statuses", "sandbox");
        Assert.Contains("cannot be reached", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output + errors, StringComparison.Ordinal);
    }
}
