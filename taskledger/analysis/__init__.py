"""What the lives of tasks say together: what ran at a time, how long phases took, what it cost; pure."""
