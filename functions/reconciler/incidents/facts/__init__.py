"""What an incident is made of: when it occurred, how its service runs, which tasks are a run; pure."""
