"""What comes between ECS, the functions, the table and the topic."""
