"""Incidents: what findings have in common, and when people are notified of it; pure."""
