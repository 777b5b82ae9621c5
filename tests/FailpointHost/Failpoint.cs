using System.Diagnostics;

namespace LeadRelay.FailpointHost;

/// <summary>
/// The one place at which this process kills itself, as <c>Failpoint__Name</c> says: <c>claim.after</c>, when it is reached
/// for the <c>Failpoint__Hit</c>th time. Without a name it is CrmWriter as it is.
/// </summary>
public sealed class Failpoint(string? name, int hit)
{
    private int left = hit;
    private volatile bool isArmed;

    /// <summary>A lead is here. Before that nothing counts: the rounds of an idle service are no step of anything.</summary>
    public void Arm() => isArmed = true;

    public void Reach(string point)
    {
        // SIGKILL: nobody gets to tidy anything up.
        if (isArmed && point == name && Interlocked.Decrement(ref left) is 0)
            Process.GetCurrentProcess().Kill();
    }
}
