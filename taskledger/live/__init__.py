"""Explains from ECS itself, with nothing deployed."""
