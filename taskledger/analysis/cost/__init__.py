"""What lives cost: the bill, and how it is shown."""
