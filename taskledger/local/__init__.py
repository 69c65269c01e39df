"""Our adapters in memory, and the local system that they make with the simulated ECS."""
