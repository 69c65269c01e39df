"""What is wrong with a service, as far as its record shows; pure."""
