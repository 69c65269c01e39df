"""The tasks in the ledger of a deployed stack."""
