"""The values that everything else speaks in, in ECS's words: tasks, entries, protection."""
