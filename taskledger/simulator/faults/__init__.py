"""Faults around the simulated ECS: of its API, and of the delivery of its events."""
