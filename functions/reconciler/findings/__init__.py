"""What is wrong with a task: rules, causes, and the policy that adjusts them; pure."""
