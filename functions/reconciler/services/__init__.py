"""Services and their deployments: the gate for what has no version, and what came of a deployment; pure."""
