"""The API of the simulated ECS: its operations, its protocol, and the ways in."""
