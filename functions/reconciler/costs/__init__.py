"""What the life of a task costs on Fargate: an amount, or why there is none. Never a guess; pure."""
