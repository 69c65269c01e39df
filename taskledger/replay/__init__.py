"""Saved events and scenarios, run through the deployed handlers on this machine."""
