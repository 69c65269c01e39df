"""What keeps a task from starting, by what it lacks."""
