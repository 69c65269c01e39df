"""What sweep and watch look at again: stuck tasks, recoveries, findings that came late."""
