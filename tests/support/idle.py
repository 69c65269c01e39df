"""What a stack measures in an hour in which nothing happens."""

# By the sweep: what it finds there, and that it worked.
MEASURED = frozenset(
    {"SweepTasks", "SweepServices", "SweepDuration", "SweepCompleted", "SweepClusterFailures"}
)
