"""The stack and its constructs: one per logical unit; the stack alone composes them and makes the grants."""
