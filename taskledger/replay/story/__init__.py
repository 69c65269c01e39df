"""What a replay shows to people."""
