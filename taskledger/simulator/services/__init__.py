"""Services of the simulated ECS: what they want, how their tasks behave, and their scheduler."""
