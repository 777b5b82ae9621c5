using LeadRelay;
using LeadRelay.Bus;
using LeadRelay.Intake;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddRelayBus(isWhole: false);
builder.AddIntake();

var app = builder.Build();
app.MapServiceDefaults();
app.MapIntake();
await app.RunAsync();
