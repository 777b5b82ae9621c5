using LeadRelay;
using LeadRelay.AuditStore;
using LeadRelay.Bus;
using LeadRelay.CrmWriter;
using LeadRelay.Intake;
using LeadRelay.PostbackDispatcher;
using LeadRelay.WebhookReceiver;

// All five services in one process, on all their ports, with one bus.
var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddRelayBus(isWhole: true, CrmWriterService.Consumers, PostbackDispatcherService.Consumers, AuditStoreService.Consumers);
builder.AddIntake();
builder.AddCrmWriter();
builder.AddWebhookReceiver();
builder.AddPostbackDispatcher();
builder.AddAuditStore();

var app = builder.Build();
app.MapServiceDefaults();
app.MapIntake();
app.MapCrmWriter();
app.MapWebhookReceiver();
app.MapPostbackDispatcher();
app.MapAuditStore();
await app.RunAsync();
