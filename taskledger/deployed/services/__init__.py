"""Services of a deployed stack: found by name, listed, and judged."""
