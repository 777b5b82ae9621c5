namespace LeadRelay.PostbackDispatcher;

public static class Jitter { public static double Next() => Random.Shared.NextDouble(); }
