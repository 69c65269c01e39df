"""What happens in the simulated ECS: tasks, their lifecycle, clusters, time and chance."""
