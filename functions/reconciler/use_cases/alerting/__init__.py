"""What is read of services, runs and other incidents before an incident's next step is decided."""
