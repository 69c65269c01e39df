"""What events report, into the ledger."""
