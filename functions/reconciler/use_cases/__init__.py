"""What is done with what comes in: one module a use case, composed of decisions and ports."""
