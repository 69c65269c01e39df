"""Which deployment of its service an incident began with; pure."""
