using LeadRelay;
using LeadRelay.Bus;
using LeadRelay.WebhookReceiver;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddRelayBus(isWhole: false);
builder.AddWebhookReceiver();

var app = builder.Build();
app.MapServiceDefaults();
app.MapWebhookReceiver();
await app.RunAsync();
