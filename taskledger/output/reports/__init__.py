"""One thing for people, in full."""
