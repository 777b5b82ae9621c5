using System.Collections;
using System.Reflection;
using LeadRelay.Persistence.Crm;

namespace LeadRelay.FailpointHost;

/// <summary>
/// Before and after everything that is asked of the ledger: <c>accept</c>, <c>claim</c>, <c>settle</c>, <c>confirmed</c> and
/// whatever else it has, by the method's name. A proxy, so that the ledger may grow without this.
/// </summary>
public class LedgerFailpoints : DispatchProxy
{
    private static readonly MethodInfo WithResult = typeof(LedgerFailpoints).GetMethod(nameof(ResultAsync), BindingFlags.NonPublic | BindingFlags.Instance)!;

    private ICrmLedger ledger = null!;
    private Failpoint failpoint = null!;

    public static ICrmLedger Around(ICrmLedger ledger, Failpoint failpoint)
    {
        var proxy = Create<ICrmLedger, LedgerFailpoints>();
        var it = (LedgerFailpoints)(object)proxy;
        (it.ledger, it.failpoint) = (ledger, failpoint);
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var step = targetMethod!.Name.Replace("Async", "", StringComparison.Ordinal).ToLowerInvariant();
        if (step is "accept")
            failpoint.Arm();
        failpoint.Reach($"{step}.before");
        var result = targetMethod.Invoke(ledger, BindingFlags.DoNotWrapExceptions, null, args, null);
        var type = targetMethod.ReturnType;
        return type == typeof(Task) ? AfterAsync((Task)result!, step) : WithResult.MakeGenericMethod(type.GetGenericArguments()).Invoke(this, [result, step]);
    }

    private async Task AfterAsync(Task task, string step)
    {
        await task;
        failpoint.Reach($"{step}.after");
    }

    private async Task<T> ResultAsync<T>(Task<T> task, string step)
    {
        var result = await task;
        // A claim that found nothing is no step.
        if (result is not ICollection { Count: 0 })
            failpoint.Reach($"{step}.after");
        return result;
    }
}
