"""The rows of a task: its entry and its history."""
