namespace LeadRelay.Contracts;

/// <summary>One of the goods in a lead's cart.</summary>
/// <param name="ItemId">SalesRender's id of the item, from 1.</param>
/// <param name="Variation">SalesRender's number of the item's variation.</param>
/// <param name="Quantity">From 1.</param>
/// <param name="Price">Of one, in major units of the currency: 49.90.</param>
public sealed record CartItem(int ItemId, int Variation, int Quantity, decimal Price);
