global using LeadRelay.Contracts;
