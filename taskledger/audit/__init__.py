"""The audit: the ledger and ECS compared field by field."""
