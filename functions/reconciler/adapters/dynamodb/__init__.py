"""The ledger's table: the only code that writes items, and what reads them."""
