using LeadRelay;
using LeadRelay.Bus;
using LeadRelay.Intake;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddIntake();
builder.AddRelayBus();

var app = builder.Build();
app.MapHealth();
app.MapIntake();
await app.RunAsync();
