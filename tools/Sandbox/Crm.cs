using System.Globalization;
using LeadRelay.Sandbox.GraphQl;

namespace LeadRelay.Sandbox;

/// <summary>The orders of all companies, and the rules for changing them.</summary>
/// <param name="lastOrderFile">As <see cref="SandboxOptions.LastOrderFile"/>.</param>
public sealed class Crm(TimeProvider clock, string? lastOrderFile = null)
{
    private readonly int firstId = File.Exists(lastOrderFile) ? int.Parse(File.ReadAllText(lastOrderFile), CultureInfo.InvariantCulture) + 1 : 1001;

    private readonly Lock gate = new();
    private readonly List<Order> orders = [];
    private int calls;

    /// <summary>Calls to create or change something that arrived, whatever became of them.</summary>
    public int Calls => Volatile.Read(ref calls);

    public void CountCall() => Interlocked.Increment(ref calls);

    public IReadOnlyList<Order> Orders()
    {
        lock (gate)
            return [.. orders];
    }

    /// <summary>Those that were made later than this one; all if it is null.</summary>
    public IReadOnlyList<Order> OrdersAfter(string? id)
    {
        lock (gate)
            return [.. orders.Skip(id is null ? 0 : IndexOf(id) + 1)];
    }

    /// <exception cref="GraphQlException">The status does not exist or is archived.</exception>
    public Order Add(string company, OrderDraft draft)
    {
        var status = StatusOf(draft.StatusId);
        lock (gate)
        {
            var now = clock.GetUtcNow();
            var id = (firstId + orders.Count).ToString(CultureInfo.InvariantCulture);
            if (lastOrderFile is not null)
                File.WriteAllText(lastOrderFile, id);
            orders.Add(new Order(id, company, draft.ProjectId, status, null, now, now, now, draft.Lead, draft.Fields, draft.Input));
            return orders[^1];
        }
    }

    /// <summary>A change through the API: of the status, of fields, or of both.</summary>
    /// <exception cref="GraphQlException">The order or the status does not exist, the status is archived, or an operator holds the order.</exception>
    public Order Update(string company, string id, string? statusId, IReadOnlyList<OrderField> fields)
    {
        lock (gate)
        {
            if (Find(id) is not { } order || order.Company != company)
                throw new GraphQlException($"Order \"{id}\" was not found.", "ERR_ORDER_NOT_FOUND");
            if (order.Locked)
                throw new GraphQlException($"Order \"{id}\" is locked by an operator.", "ERR_ORDER_LOCKED");
            var kept = order.Fields.Where(old => !fields.Any(field => field.Kind == old.Kind && field.Code == old.Code));
            return Replace(Move(order, statusId is null ? order.Status : StatusOf(statusId)) with { Fields = [.. kept, .. fields] });
        }
    }

    /// <summary>A change by the call centre's operator, whom no lock keeps out; null if there is no such order.</summary>
    public Order? Operate(string id, OrderStatus? status, string? comment, bool? locked, Reward? reward)
    {
        lock (gate)
        {
            return Find(id) is not { } order ? null : Replace(Move(order, status ?? order.Status) with
            {
                Comment = comment ?? order.Comment,
                Locked = locked ?? order.Locked,
                Reward = reward ?? order.Reward,
            });
        }
    }

    public void Clear()
    {
        lock (gate)
            orders.Clear();
        Interlocked.Exchange(ref calls, 0);
    }

    // Setting the status an order already has is no change: its webhook is then a true repeat, with the same statusChangedAt.
    private Order Move(Order order, OrderStatus status)
    {
        var now = clock.GetUtcNow();
        return order with { Status = status, UpdatedAt = now, StatusChangedAt = status == order.Status ? order.StatusChangedAt : now };
    }

    private Order? Find(string id) => orders.ElementAtOrDefault(IndexOf(id)) is { } order && order.Id == id ? order : null;

    private Order Replace(Order order) => orders[IndexOf(order.Id)] = order;

    // Orders are never removed one by one, so the id says the place.
    private int IndexOf(string id) => int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number - firstId : -1;

    private static OrderStatus StatusOf(string id) => OrderStatus.Find(id) switch
    {
        null => throw new GraphQlException($"Status \"{id}\" was not found.", "ERR_ORDER_STATUS_NOT_FOUND"),
        { Archived: true } => throw new GraphQlException($"Status \"{id}\" is archived.", "ERR_ORDER_STATUS_ARCHIVED"),
        var status => status,
    };
}
