using LeadRelay.Bus;
using LeadRelay.Intake.OpenApi;
using LeadRelay.Persistence;

namespace LeadRelay.Intake;

/// <summary>Intake, the partners' and advertisers' door: what it is made of.</summary>
public static class IntakeService
{
    public const string Name = "Intake";

    public static void AddIntake(this WebApplicationBuilder builder)
    {
        builder.Listen(Name, 8080);
        builder.AddEdge(Door.Spool, keepsOrder: false);
        builder.Services.AddSingleton<Answers>();
        builder.Services.AddSingleton<Door>();
        builder.Services.AddSingleton<CallLimits>();
        builder.Services.AddSingleton<Gate>();
        builder.Services.AddIntakeDocument();
        builder.Services.AddSingleton<LookUp>();
    }

    public static void MapIntake(this WebApplication app)
    {
        var service = app.MapService(Name).WithGroupName(Name);
        service.MapSubmitLead();
        service.MapLookUps();
        service.MapPushStatus();
        service.MapOpenApi();
    }
}
